import { Fault } from '../faults.ts'
import { getAccount } from '../store/accounts.ts'
import { findLink, getLink, type LinkRow } from '../store/links.ts'
import { digest } from '../store/table.ts'
import { getWait, type WaitRow } from '../store/waits.ts'
import type { JsonObject, World } from '../world.ts'
import { linkHolder } from './link-holder.ts'
import { isNonce, makeNonce } from './link-nonce.ts'
import { answering } from './refusal.ts'
import { viewWait, type WaitView } from './run-view.ts'
import { waitExpired } from './second-answer.ts'

/** What a link shows: its wait, and how far that is. */
export interface LinkedWait {
  /** `voted`: it has said yes, and more must. `over`: the run has ended without an answer. */
  state: 'open' | 'voted' | 'answered' | 'expired' | 'over'
  wait: WaitView
  /** Whom the link was made for. */
  for: string | null
  /** The link's end, which is never after the wait's. */
  expiresAt: string
  /** Who answered, as people say it; null while nobody has. */
  answeredBy: string | null
  /** Goes back with the answer. */
  nonce: string
}

/** What a link shows, without changing anything. @throws {Fault} `not_found` for a token that opens nothing. */
export async function readLinked(world: World, token: string): Promise<LinkedWait> {
  return await answering(world, async () => {
    const { link, wait } = await openLink(world, token)
    return {
      state: stateOf(world, link, wait),
      wait: viewWait(wait),
      for: link.for,
      expiresAt: link.expiresAt,
      answeredBy: wait.answeredBy === undefined ? null : await nameOf(world, link, wait.answeredBy),
      nonce: await makeNonce(world, token, wait.id),
    }
  })
}

/**
 * Answers the wait of a link; the rules are those of `answerWait`. Nobody is kept waiting for what follows.
 *
 * @throws {Fault} `not_found`; `forbidden` without the nonce of a page that was opened in the last 30 minutes; `wait_expired`;
 *   `conflict` reason `wait_mismatch` for what an app must answer; and whatever `answerWait` refuses with.
 */
export async function answerLinked(
  world: World,
  token: string,
  nonce: unknown,
  answer: JsonObject,
): Promise<{ replayed: boolean }> {
  return await answering(world, async () => {
    const { link, wait } = await openAnswerable(world, token, nonce)
    // Most that open a link only look.
    const { answerWait } = await import('./answers.ts')
    const order = { runId: link.runId, waitId: wait.id, answer }
    const { replayed } = await answerWait(world, linkHolder(link), order, 0)
    return { replayed }
  })
}

/**
 * The wait of a link whose page was opened before, if a person may answer it there.
 *
 * @throws {Fault} as `answerLinked`, before it reads an answer.
 */
export async function openAnswerable(
  world: World,
  token: string,
  nonce: unknown,
): Promise<{ link: LinkRow; wait: WaitRow }> {
  const { link, wait } = await openLink(world, token)
  if (!(await isNonce(world, token, wait.id, nonce)))
    throw new Fault('forbidden', 'Open the page and answer there, within 30 minutes')
  if (wait.status === 'open' && world.clock.now() >= Date.parse(link.expiresAt))
    throw waitExpired({ ...wait, expiresAt: link.expiresAt })
  // An app's tool answers to its app, and whoever comes back from another site to the app that sent him.
  if (wait.kind === 'client-tool' || wait.kind === 'redirect')
    throw new Fault('conflict', 'No person can answer this by a link', { reason: 'wait_mismatch' })
  return { link, wait }
}

/** @throws {Fault} `not_found`, the same for every cause. */
async function openLink(world: World, token: string): Promise<{ link: LinkRow; wait: WaitRow }> {
  const link = /^[\w-]{43}$/.test(token) ? await findLink(world, digest(token)) : null
  const wait = link && (await getWait(world, link.orgId, link.runId, link.stepKey))
  if (!link || !wait) throw new Fault('not_found', 'There is no such link')
  return { link, wait }
}

function stateOf({ clock }: World, link: LinkRow, wait: WaitRow): LinkedWait['state'] {
  if (wait.status === 'answered' || wait.status === 'claimed') return 'answered'
  if (wait.status === 'cancelled') return 'over'
  if (wait.status === 'expired' || clock.now() >= Date.parse(link.expiresAt)) return 'expired'
  return wait.votes?.[link.voter] ? 'voted' : 'open'
}

/** An address or a name where there is one: who reads the page knows no ids. */
async function nameOf(world: World, link: LinkRow, actor: string): Promise<string> {
  const { orgId } = link
  const [kind, id = ''] = actor.split(':', 2)
  if (kind === 'user') return (await getAccount(world, orgId, id))?.name ?? actor
  if (kind !== 'link') return actor
  const by = id === link.id ? link : await getLink(world, { ...link, id })
  return by?.for ?? actor
}
