import { Fault, type FaultCode } from '../faults.ts'
import { type ListedFlow, readFlows } from '../store/flows.ts'
import type { World } from '../world.ts'
import type { ExportDocument } from './export-document.ts'
import { type Exported, exportFlow } from './export-flow.ts'
import type { FlowPosition } from './flow-list.ts'
import { need, type Principal } from './principal.ts'
import { answering } from './refusal.ts'

/** What is exported of each flow, and which part of the list. */
export interface OrganisationExportQuery {
  /** `latest` gives the draft where nothing is published. @default draft */
  version?: 'draft' | 'latest' | undefined
  limit: number
  /** Begin after this flow. */
  after?: FlowPosition | undefined
}

/** A part of the organisation's flows. */
export interface OrganisationExport {
  documents: ExportDocument[]
  /** Flows of this part in which literal credentials stood: pointers into their documents, which have `•••` there. */
  masked: { id: string; pointers: string[] }[]
  /** Flows of this part that cannot be carried, and why. */
  leftOut: { id: string; name: string; reason: string }[]
  next: FlowPosition | null
}

/** Largest page, in bytes of JSON: a function answers with at most 6 MB. */
const pageBytes = 4 * 1024 * 1024

/** What stands in the way of one flow is no reason to keep the others back. */
const ofOneFlow: readonly FaultCode[] = ['conflict', 'not_found', 'version_not_published']

/**
 * Every flow of the organisation as a document that means the same elsewhere. A flow is called by its id, as `ref` and in
 * steps of others that call it, so that calls can be put together again. Flows come in the order of their last change: one
 * that is changed meanwhile comes again, later, and none is missed.
 *
 * @throws {Fault} `forbidden`
 */
export async function exportOrganisation(
  world: World,
  who: Principal,
  { version = 'draft', limit, after }: OrganisationExportQuery,
): Promise<OrganisationExport> {
  need(who, 'accounts:admin')
  return await answering(world, async () => {
    const page = new ExportPage(limit)
    for await (const flow of readFlows(world, who.orgId, {
      newestFirst: false,
      ...(after ? { after } : {}),
    })) {
      const wanted = flow.latestVersion === null ? 'draft' : version
      if (page.isFull || !page.take(flow, await exportOf(world, who.orgId, flow.id, wanted)))
        return page.close(false)
    }
    return page.close(true)
  })
}

async function exportOf(
  world: World,
  orgId: string,
  flowId: string,
  version: 'draft' | 'latest',
): Promise<Exported | Fault> {
  try {
    return await exportFlow(world, orgId, flowId, { version, refs: 'ids' })
  } catch (error) {
    if (error instanceof Fault && ofOneFlow.includes(error.code)) return error
    throw error
  }
}

/** Gathers flows until they are enough, in number or in bytes. */
class ExportPage {
  readonly #limit: number
  readonly #page: Omit<OrganisationExport, 'next'> = { documents: [], masked: [], leftOut: [] }
  #position: FlowPosition | null = null
  #count = 0
  #bytes = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  get isFull(): boolean {
    return this.#count === this.#limit
  }

  /** @returns false when it does not fit any more. */
  take({ id, name, updatedAt }: ListedFlow, found: Exported | Fault): boolean {
    if (found instanceof Fault) this.#page.leftOut.push({ id, name, reason: found.message })
    else if (!this.#add(id, found)) return false
    this.#count++
    this.#position = { updatedAt, id }
    return true
  }

  #add(id: string, { document, masked }: Exported): boolean {
    const bytes = Buffer.byteLength(JSON.stringify(document))
    if (this.#bytes > 0 && this.#bytes + bytes > pageBytes) return false
    this.#bytes += bytes
    this.#page.documents.push(document)
    if (masked.length > 0) this.#page.masked.push({ id, pointers: masked })
    return true
  }

  /** @param isLast false if there is more. */
  close(isLast: boolean): OrganisationExport {
    return { ...this.#page, next: isLast ? null : this.#position }
  }
}
