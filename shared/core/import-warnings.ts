import { masked } from '../definitions/mask-literals.ts'
import { eachPlaceholder } from '../definitions/placeholders.ts'
import { makePortable } from '../definitions/portable.ts'
import { secretsNamed } from '../definitions/secret-names.ts'
import { eachText } from '../definitions/texts.ts'
import { pointerOf } from '../pointer.ts'
import { listSecretRows } from '../store/secrets.ts'
import { getFlowWithVersion } from '../store/versions.ts'
import type { JsonObject, World } from '../world.ts'
import type { Incoming, IncomingFlow } from './import-document.ts'
import { returnUrlsOf } from './return-urls.ts'
import { organisationOwner } from './secrets.ts'

/** Something that an imported flow needs and does not have here. It is stored all the same. */
export interface ImportWarning {
  code:
    | 'missing_secret'
    | 'missing_flow'
    | 'missing_user'
    | 'masked_value'
    | 'feature_off'
    | 'unregistered_return_url'
  message: string
  /** Pointer into what was sent. */
  path: string
}

/** Most warnings that are told at once. */
const mostWarnings = 1000
/** Most called versions that are looked for. */
const mostLookedUp = 200

/**
 * All that is missing here.
 *
 * @param who the flows' maker, whose secrets their steps are given.
 * @param flowOf the flow that a placeholder's name means, if it means one.
 */
export async function importWarnings(
  world: World,
  { orgId, accountId }: { orgId: string; accountId: string | null },
  incoming: Incoming,
  flowOf: (ref: string) => string | undefined,
): Promise<ImportWarning[]> {
  const { flows } = incoming
  const warnings = [
    ...(await secretWarnings(world, [organisationOwner, ...(accountId ? [accountId] : [])], orgId, incoming)),
    ...(await flowWarnings(world, orgId, incoming, flowOf)),
    ...flows.flatMap(userWarnings),
    ...flows.flatMap(maskWarnings),
    ...(await outsideWarnings(world, orgId, incoming)),
  ]
  return warnings.slice(0, mostWarnings)
}

async function secretWarnings(world: World, owners: string[], orgId: string, incoming: Incoming) {
  const { flows, requires, path } = incoming
  const needed = new Map(requires.secrets.map((key, index) => [key, `${path}/requires/secrets/${index}`]))
  for (const { document, definitionPath } of flows)
    for (const [key, at] of secretsNamed(document)) if (!needed.has(key)) needed.set(key, definitionPath + at)
  if (needed.size === 0) return []
  const rows = await Promise.all(owners.map((owner) => listSecretRows(world, orgId, owner)))
  const there = new Set(rows.flat().map(({ key }) => key))
  return [...needed]
    .filter(([key]) => !there.has(key))
    .map(([key, at]) => warning('missing_secret', `Secret ${key.slice(0, 128)} does not exist here`, at))
}

/** Flows that are not here, and versions that a flow does not have. */
async function flowWarnings(
  world: World,
  orgId: string,
  { flows, requires, path }: Incoming,
  flowOf: (ref: string) => string | undefined,
) {
  const calls = flows.flatMap(callsOf)
  const places = new Map(calls.map(({ ref, path }) => [ref, path]))
  for (const [index, { ref }] of requires.flows.entries()) places.set(ref, `${path}/requires/flows/${index}`)
  const unknown = [...places].filter(([ref]) => flowOf(ref) === undefined)
  const once = new Map(calls.map((call) => [`${call.ref} ${call.version}`, call]))
  const pinned = await Promise.all(
    [...once.values()].slice(0, mostLookedUp).map(async ({ ref, version }) => {
      const id = flowOf(ref)
      if (id === undefined || version === 'latest') return []
      if ((await getFlowWithVersion(world, orgId, id, version))?.version) return []
      const message = `${ref.slice(0, 64)} is called in version ${version}, which that flow does not have here`
      return [warning('missing_flow', message, places.get(ref) ?? path)]
    }),
  )
  return [
    ...unknown.map(([ref, at]) =>
      warning('missing_flow', `Nothing says which flow ${ref.slice(0, 64)} is here`, at),
    ),
    ...pinned.flat(),
  ]
}

/** The placeholders of flows in a document, each once, and the version that is called. */
function callsOf({ document, definitionPath }: IncomingFlow) {
  const places = new Map<string, string>()
  eachPlaceholder(document, ({ kind, ref }, at) => {
    if (kind === 'flow' && !places.has(ref)) places.set(ref, definitionPath + pointerOf(at))
  })
  const versions = new Map<string, number>()
  makePortable(document, {
    ...same,
    kept: ({ ref }, version) => {
      if (version !== 'latest') versions.set(ref, version)
      return ref
    },
  })
  return [...places].map(([ref, path]) => ({ ref, path, version: versions.get(ref) ?? ('latest' as const) }))
}

/** Looks at a document and changes no name in it. */
const same = { flow: (id: string) => id, user: (text: string) => text }

function userWarnings({ document, definitionPath }: IncomingFlow): ImportWarning[] {
  const found: ImportWarning[] = []
  eachPlaceholder(document, ({ kind, ref }, at) => {
    const message = `Say who ${ref.slice(0, 64)} is here`
    if (kind === 'user') found.push(warning('missing_user', message, definitionPath + pointerOf(at)))
  })
  return found
}

function maskWarnings({ document, definitionPath }: IncomingFlow): ImportWarning[] {
  const found: ImportWarning[] = []
  eachText(document, (text, at) => {
    if (!text.includes(masked)) return
    const message = 'A literal credential was taken out at the export: put a {{secrets.KEY}} here'
    found.push(warning('masked_value', message, definitionPath + pointerOf(at)))
  })
  return found
}

/** What the deployment would have to offer, and the organisation to have registered. */
async function outsideWarnings(
  world: World,
  orgId: string,
  { flows, requires, path }: Incoming,
): Promise<ImportWarning[]> {
  const used = flows.map((flow) => needsOf(flow.document))
  const places = (own: string[], word: string, more: string[]) => {
    const listed = new Map(own.map((name, index) => [name, `${path}/requires/${word}/${index}`]))
    for (const name of more) if (!listed.has(name)) listed.set(name, flows[0]?.definitionPath ?? '')
    return [...listed]
  }
  const features = places(
    requires.features,
    'features',
    used.flatMap((needs) => needs.features),
  )
  const addresses = places(
    requires.returnUrls,
    'returnUrls',
    used.flatMap((needs) => needs.returnUrls),
  )
  const on: Partial<Record<string, boolean>> = world.settings.features
  const registered = new Set(addresses.length === 0 ? [] : await returnUrlsOf(world, orgId))
  return [
    ...features
      .filter(([name]) => !(Object.hasOwn(on, name) && on[name]))
      .map(([name, at]) => warning('feature_off', `${name.slice(0, 64)} is not set up here`, at)),
    ...addresses
      .filter(([url]) => !registered.has(url))
      .map(([url, at]) =>
        warning('unregistered_return_url', `${url.slice(0, 200)} is not registered here`, at),
      ),
  ]
}

function needsOf(document: JsonObject): { features: string[]; returnUrls: string[] } {
  return makePortable(document, { ...same, kept: ({ ref }) => ref })
}

function warning(code: ImportWarning['code'], message: string, path: string): ImportWarning {
  return { code, message, path }
}
