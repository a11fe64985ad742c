import { instant } from '../aws/clock.ts'
import { makePortable, type Portable, sorted } from '../definitions/portable.ts'
import { secretsNamed } from '../definitions/secret-names.ts'
import { readText } from '../definitions/text.ts'
import { Fault } from '../faults.ts'
import { type FlowRow, getFlows, getFlowWithDraft } from '../store/flows.ts'
import { getVersion } from '../store/versions.ts'
import type { Json, JsonObject, World } from '../world.ts'
import {
  type BundledFlow,
  deepestBundled,
  type ExportDocument,
  exportFormat,
  exportFormatVersion,
  exportLimitBytes,
  mostBundled,
} from './export-document.ts'
import { ExportNames, type NamedFlow } from './export-names.ts'
import { readState, summaryOf } from './flow-change.ts'
import { answering } from './refusal.ts'
import { noVersion } from './version-faults.ts'

/** What is exported. */
export interface ExportOptions {
  /** @default draft */
  version?: number | 'latest' | 'draft' | undefined
  /** Whether called flows come along. @default false */
  bundle?: boolean | undefined
  /** What flows are called: numbers within the document, or the ids they have here. @default numbers */
  refs?: 'numbers' | 'ids' | undefined
}

/** An export, and the pointers into it of literal credentials that were taken out. */
export interface Exported {
  document: ExportDocument
  masked: string[]
}

/**
 * A flow as a document that means the same in another organisation, and holds nothing that belongs to this one: no ids
 * (unless they are what flows are to be called), people, credentials, runs. Two exports of one text differ in `exportedAt`
 * alone.
 *
 * @throws {Fault} `not_found`; `version_not_published` for `latest` where nothing is published; `conflict` reason
 *   `limit_reached` for a bundle of too many flows, too deep, or too large to be imported.
 */
export async function exportFlow(
  world: World,
  orgId: string,
  flowId: string,
  { version = 'draft', bundle = false, refs = 'numbers' }: ExportOptions = {},
): Promise<Exported> {
  return await answering(world, async () => {
    const { flow, text, sourceVersion } = await sourceOf(world, orgId, flowId, version)
    const { document: written } = readText(text)
    const names = new ExportNames({ flowId, version: sourceVersion }, written, refs)
    const own = makePortable(written, names.at(0, flowId))
    const along = bundle ? await bundled(world, orgId, names) : []
    const parts = [own, ...along.map(({ portable }) => portable)]
    const document: ExportDocument = {
      format: exportFormat,
      formatVersion: exportFormatVersion,
      exportedAt: instant(world.clock.now()),
      sourceVersion,
      ...(names.ownRef === undefined ? {} : { ref: names.ownRef }),
      flow: portableFlow(flow, own.document),
      requires: { ...requirements(parts), flows: await calledFlows(world, orgId, names.flows) },
      flows: along.map(({ entry }) => entry),
    }
    const sortedDocument = sorted(document as unknown as Json) as unknown as ExportDocument
    if (Buffer.byteLength(JSON.stringify(sortedDocument)) > exportLimitBytes)
      throw tooMuch(`An export has at most ${exportLimitBytes} bytes, since an import takes no more`)
    return { document: sortedDocument, masked: maskedIn(parts) }
  })
}

async function sourceOf(world: World, orgId: string, flowId: string, version: number | 'latest' | 'draft') {
  const { flow, draft } = await readState(world, orgId, flowId)
  if (version === 'draft') return { flow, text: draft.text, sourceVersion: null }
  const number = version === 'latest' ? flow.latestVersion : version
  if (number === null)
    throw new Fault('version_not_published', 'Nothing of this flow is published', { version })
  const row = await getVersion(world, orgId, flowId, number)
  if (row === null || row.deletedAt !== undefined) throw noVersion()
  return { flow, text: row.text, sourceVersion: number }
}

function portableFlow(flow: FlowRow, definition: JsonObject) {
  return { name: flow.name, description: summaryOf(flow).description, tags: flow.tags, definition }
}

interface Along {
  entry: BundledFlow
  portable: Portable
}

/** Called flows, and those that they call: the text that a call would run, or the draft where nothing is published. */
async function bundled(world: World, orgId: string, names: ExportNames): Promise<Along[]> {
  const along: Along[] = []
  // The list grows while it is gone through.
  for (const named of names.flows) {
    const found = await readCalled(world, orgId, named)
    if (found === null) continue
    if (named.depth > deepestBundled)
      throw tooMuch(`A bundle follows flows that call flows ${deepestBundled} deep`)
    if (along.length + 2 > mostBundled)
      throw tooMuch(`A bundle holds at most ${mostBundled} flows, the first one included`)
    const portable = makePortable(readText(found.text).document, names.at(named.depth, named.ref))
    const { sourceVersion } = found
    along.push({
      entry: { ref: named.ref, sourceVersion, flow: portableFlow(found.flow, portable.document) },
      portable,
    })
  }
  return along
}

async function readCalled(world: World, orgId: string, { flowId, version }: NamedFlow) {
  const state = flowId === null ? null : await getFlowWithDraft(world, orgId, flowId)
  if (state === null) return null
  const { flow, draft } = state
  const number = version === 'latest' ? flow.latestVersion : version
  if (number === null) return { flow, text: draft.text, sourceVersion: null }
  const row = await getVersion(world, orgId, flow.id, number)
  if (row === null || row.deletedAt !== undefined) return null
  return { flow, text: row.text, sourceVersion: number }
}

async function calledFlows(world: World, orgId: string, named: NamedFlow[]) {
  const ids = [...new Set(named.flatMap(({ flowId }) => flowId ?? []))]
  const rows = await getFlows(world, orgId, ids)
  const nameOf = new Map(rows.map(({ id, name }) => [id, name]))
  return named.map(({ ref, flowId, version }) => ({
    ref,
    name: flowId === null ? null : (nameOf.get(flowId) ?? null),
    version,
  }))
}

function requirements(parts: Portable[]) {
  const unique = (values: string[]) => [...new Set(values)].sort()
  return {
    secrets: unique(parts.flatMap(({ document }) => [...secretsNamed(document).keys()])),
    features: unique(parts.flatMap(({ features }) => features)),
    returnUrls: unique(parts.flatMap(({ returnUrls }) => returnUrls)),
  }
}

function maskedIn([own, ...along]: Portable[]): string[] {
  return [
    ...(own?.masked ?? []).map((pointer) => `/flow/definition${pointer}`),
    ...along.flatMap(({ masked }, index) =>
      masked.map((pointer) => `/flows/${index}/flow/definition${pointer}`),
    ),
  ]
}

function tooMuch(message: string): Fault {
  return new Fault('conflict', message, { reason: 'limit_reached' })
}
