import { Fault } from '../../faults.ts'
import { digest } from '../../store/table.ts'
import type { WebhookPlace } from '../../store/webhook-triggers.ts'
import type { World } from '../../world.ts'
import { authenticate } from '../authenticate.ts'
import { need } from '../principal.ts'
import { limitRate } from '../rate-limit.ts'
import { unauthorized } from '../refused-credential.ts'
import { organisationOwner, readSecret } from '../secrets.ts'
import type { Starter } from '../start.ts'
import type { ResolvedVersion } from '../versions.ts'
import { claimsToBeSigned, isSigned } from './signature.ts'
import { secretKeyOf, type Verify, type WebhookTrigger } from './trigger.ts'

/** Who sends, once that is proven. */
export interface Sender {
  starter: Starter
  /** What he has proven it with, so that it is masked in what is kept; null for a credential of this service. */
  secret: string | null
}

interface To {
  place: WebhookPlace
  trigger: WebhookTrigger
  flow: ResolvedVersion['flow']
}

interface From {
  headers: Readonly<Record<string, string>>
  body: { bytes: Uint8Array }
  address: string
}

/** Refused deliveries of one address in a minute: after that it is told to wait. */
const mostRefused = 600

/**
 * Proves who sends, as the trigger says. Whatever is wrong with a signature is one 401.
 *
 * @throws {Fault} `unauthorized`; `rate_limited` for an address that has sent too much that was none; for a credential also
 *   `forbidden`, and `not_found` if it is of another organisation.
 */
export async function senderOf(world: World, to: To, from: From): Promise<Sender> {
  const { verify, id } = to.trigger
  if (verify === undefined) return await byCredential(world, to, from.headers.authorization)
  const secret = await provenBy(world, verify, to, from)
  if (secret !== null) return { starter: { orgId: to.place.orgId, actor: `webhook:${id}` }, secret }
  await limitRate(world, `hook-refused#${digest(from.address)}`, mostRefused)
  throw unauthorized()
}

async function byCredential(world: World, { place }: To, header: string | undefined): Promise<Sender> {
  const principal = await authenticate(world, header)
  if (principal.orgId !== place.orgId) throw new Fault('not_found', 'There is no such webhook')
  need(principal, 'runs:start')
  return { starter: principal, secret: null }
}

/** The secret that the delivery is signed with; null if it is not. */
async function provenBy(
  world: World,
  verify: Verify,
  { place, flow }: To,
  { headers, body }: From,
): Promise<string | null> {
  const delivery = { header: (name: string) => headers[name], bytes: body.bytes }
  const now = world.clock.now()
  if (!claimsToBeSigned(verify, delivery, now)) return null
  const key = secretKeyOf(verify)
  const secret = await secretOf(world, place.orgId, flow.secretsOwner, key)
  if (secret === null) {
    world.log.warn('The secret of a webhook is missing', {
      flow: place.flowId,
      webhook: place.webhookId,
      key,
    })
    return null
  }
  return isSigned(verify, secret, delivery, now) ? secret : null
}

/** The flow's maker's own, else the organisation's: as steps find it. */
async function secretOf(
  world: World,
  orgId: string,
  account: string | undefined,
  key: string,
): Promise<string | null> {
  for (const owner of [account, organisationOwner]) {
    const value = owner === undefined ? null : await readSecret(world, { orgId, owner, key })
    if (value !== null) return value
  }
  return null
}
