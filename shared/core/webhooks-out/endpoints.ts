import { instant } from '../../aws/clock.ts'
import { Fault } from '../../faults.ts'
import { transact, type Write } from '../../store/transact.ts'
import {
  dropEndpoint,
  type EndpointRow,
  listEndpointRows,
  putEndpoint,
} from '../../store/webhook-endpoints.ts'
import type { World } from '../../world.ts'
import { audited } from '../audit.ts'
import type { Author } from '../flow-change.ts'
import type { Guard } from '../flow-guard.ts'
import { answering } from '../refusal.ts'
import { checkEndpoint, type EndpointWish } from './check-endpoint.ts'
import { encryptEndpointSecret, newSecret } from './endpoint-secret.ts'
import { needEndpoint } from './find-endpoint.ts'

/** An endpoint as it is shown: its secrets never. */
export type EndpointView = Omit<EndpointRow, 'orgId' | 'secret' | 'previousSecret'>

const mostOfOrganisation = 20
/** How long the secret before a rotation signs as well. */
const overlapMs = 24 * 3_600_000

/**
 * Makes an endpoint. Its signing secret is told here and at a rotation, never again.
 *
 * @throws {Fault} `validation_failed`; `conflict` reason `limit_reached`.
 */
export async function createEndpoint(
  world: World,
  author: Author,
  wish: EndpointWish & { url: string; events: string[] },
): Promise<{ endpoint: EndpointView; secret: string }> {
  return await answering(world, async () => {
    await checkEndpoint(world, author.orgId, wish)
    if ((await listEndpointRows(world, author.orgId)).length >= mostOfOrganisation)
      throw new Fault('conflict', `An organisation has at most ${mostOfOrganisation} webhook endpoints`, {
        reason: 'limit_reached',
        limit: mostOfOrganisation,
      })
    const named = { orgId: author.orgId, id: world.ids.uuid() }
    const secret = newSecret()
    const at = instant(world.clock.now())
    const { url, events, flowIds = null, description = null, disabled = false } = wish
    const row: EndpointRow = {
      ...named,
      ...{ url, events, flowIds, description, disabled, disabledReason: null, revision: 1 },
      secret: await encryptEndpointSecret(world, named, secret),
      ...{ previousSecret: null, previousUntil: null, failingSince: null },
      ...{ createdAt: at, createdBy: author.actor, updatedAt: at, updatedBy: author.actor },
    }
    const { ok } = await transact(world, [putEndpoint(row, null), told(world, author, 'created', row.id)])
    if (!ok) throw new Error('The id of a new endpoint was taken')
    return { endpoint: viewOf(row), secret }
  })
}

/** All endpoints of an organisation, newest first. */
export async function listEndpoints(world: World, orgId: string): Promise<EndpointView[]> {
  const rows = await answering(world, () => listEndpointRows(world, orgId))
  return rows.sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1)).map(viewOf)
}

/** @throws {Fault} `not_found` */
export async function readEndpoint(world: World, orgId: string, id: string): Promise<EndpointView> {
  return viewOf(await answering(world, () => needEndpoint(world, orgId, id)))
}

/**
 * Changes an endpoint; what is absent stays. One that is enabled again begins afresh.
 *
 * @throws {Fault} `not_found`, `validation_failed`, `etag_mismatch`.
 */
export async function changeEndpoint(
  world: World,
  author: Author,
  id: string,
  wish: EndpointWish,
  guard: Guard,
): Promise<EndpointView> {
  return await answering(world, async () => {
    await checkEndpoint(world, author.orgId, wish)
    return viewOf(
      await replace(world, author, id, guard, 'changed', (row) => ({
        ...row,
        ...Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined)),
        ...(wish.disabled === undefined ? {} : { disabledReason: null }),
        ...(wish.disabled === false || wish.url !== undefined ? { failingSince: null } : {}),
      })),
    )
  })
}

/** Takes an endpoint away: nothing more is sent to it. @throws {Fault} `not_found`, `etag_mismatch`. */
export async function deleteEndpoint(world: World, author: Author, id: string, guard: Guard): Promise<void> {
  await answering(world, async () => {
    for (;;) {
      const row = await needEndpoint(world, author.orgId, id)
      checkTags(row, guard)
      const { ok } = await transact(world, [dropEndpoint(row), told(world, author, 'deleted', id)])
      if (ok) return
    }
  })
}

/** Gives an endpoint a new secret; the one before signs as well for a day. @throws {Fault} `not_found` */
export async function rotateSecret(
  world: World,
  author: Author,
  id: string,
): Promise<{ secret: string; previousUntil: string }> {
  return await answering(world, async () => {
    const secret = newSecret()
    const sealed = await encryptEndpointSecret(world, { orgId: author.orgId, id }, secret)
    const previousUntil = instant(world.clock.now() + overlapMs)
    await replace(world, author, id, {}, 'secret_rotated', (row) => ({
      ...row,
      ...{ secret: sealed, previousSecret: row.secret, previousUntil },
    }))
    return { secret, previousUntil }
  })
}

/** The next state of an endpoint, under the revision that was read. */
async function replace(
  world: World,
  author: Author,
  id: string,
  guard: Guard,
  action: string,
  next: (row: EndpointRow) => EndpointRow,
): Promise<EndpointRow> {
  for (;;) {
    const before = await needEndpoint(world, author.orgId, id)
    checkTags(before, guard)
    const row = {
      ...next(before),
      revision: before.revision + 1,
      updatedAt: instant(world.clock.now()),
      updatedBy: author.actor,
    }
    const { ok } = await transact(world, [putEndpoint(row, before.revision), told(world, author, action, id)])
    if (ok) return row
  }
}

/** The endpoint's strong ETag. */
export function etagOfEndpoint({ revision }: Pick<EndpointRow, 'revision'>): string {
  return `"r${revision}"`
}

function checkTags(row: EndpointRow, { ifMatch }: Guard): void {
  if (ifMatch === undefined || ifMatch.includes('*') || ifMatch.includes(etagOfEndpoint(row))) return
  const etag = etagOfEndpoint(row)
  throw new Fault('etag_mismatch', `The endpoint is at revision ${row.revision} now`, { etag })
}

/** The audit entry of what somebody does to an endpoint. */
export function told(
  world: World,
  { orgId, actor, requestId, address }: Author,
  what: string,
  target: string,
): Write {
  return audited(world, orgId, { actor, action: `webhook.${what}`, target, requestId, address })
}

/** Field by field: the row has secrets and keys. */
function viewOf(row: EndpointRow): EndpointView {
  const { id, url, events, flowIds, description, disabled, disabledReason, revision } = row
  const { previousUntil, failingSince, createdAt, createdBy, updatedAt, updatedBy } = row
  return {
    ...{ id, url, events, flowIds, description, disabled, disabledReason, revision },
    ...{ previousUntil, failingSince, createdAt, createdBy, updatedAt, updatedBy },
  }
}
