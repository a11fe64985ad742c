import { noteProgress } from '../store/connection-changes.ts'
import { type ConnectionRow, getConnections, listConnections } from '../store/connections.ts'
import { readEvents, type WatchedEnd } from '../store/events.ts'
import { endWatch, noteSent } from '../store/watched-runs.ts'
import type { World } from '../world.ts'
import { eachAtOnce } from './at-once.ts'
import { closeConnections, connectionsAtOnce } from './close-connections.ts'
import { post } from './connection-calls.ts'
import { credentialStands, hasRunOut } from './credential-stands.ts'
import { type Message, messagesOf } from './socket-messages.ts'

/** Events that are read and sent at a time. */
const pageSize = 100
/** So long after its handshake the gateway may not know a connection yet, and how often it is asked again. */
const youngMs = 10_000
const triesWhileYoung = 6

/** Somebody who watches, and the number up to which he has everything. */
interface Watcher {
  row: ConnectionRow
  has: number
}

interface Run {
  orgId: string
  runId: string
}

/**
 * Sends to everybody who watches a run what he has not got yet, in order; who has just come gets what he missed before, and
 * from then on what all get. One caller per run at a time: the stream's consumer.
 *
 * @param joining connections whose rows have just come.
 */
export async function pushEvents(world: World, run: Run, end: WatchedEnd, joining: string[]): Promise<void> {
  const { orgId, runId } = run
  const news = end.sent !== undefined && end.sent < end.last
  if (!news && joining.length === 0) return
  const rows = news
    ? await listConnections(world, orgId, runId)
    : await getConnections(world, orgId, runId, joining)
  if (news && rows.length === 0) return await endWatch(world, orgId, runId)
  if (rows.length === 0) return
  const watchers = (await onlyStanding(world, rows)).map((row) => ({ row, has: hasOf(row, end) }))
  const left = await sendAll(world, run, end, watchers)
  if (end.ended) {
    const open = left.map(({ row }) => row)
    await closeConnections(world, open, null)
    if (news) await endWatch(world, orgId, runId)
    return
  }
  await eachAtOnce(left, connectionsAtOnce, async ({ row }) => {
    if (!row.live) await noteProgress(world, row, { after: end.last, live: true })
  })
  if (end.sent !== end.last) await noteSent(world, orgId, runId, end.last)
}

function hasOf({ live, after }: ConnectionRow, { sent = 0 }: WatchedEnd): number {
  return live ? Math.max(after, sent) : after
}

/**
 * Without those whose credential has ended: they are closed. Of one who comes it is asked again, since the end may have been
 * looked for before his row was there.
 */
async function onlyStanding(world: World, rows: ConnectionRow[]): Promise<ConnectionRow[]> {
  const now = world.clock.now()
  const over = new Set<ConnectionRow>()
  await eachAtOnce(rows, connectionsAtOnce, async (row) => {
    const stands = row.live ? !hasRunOut(row, now) : await credentialStands(world, row)
    if (!stands) over.add(row)
  })
  if (over.size > 0) await closeConnections(world, [...over], 'session_ended')
  return rows.filter((row) => !over.has(row))
}

/** Page by page, so that whatever stops this goes on about where it was. @returns who is still there. */
async function sendAll(
  world: World,
  run: Run,
  { last, sent }: WatchedEnd,
  watchers: Watcher[],
): Promise<Watcher[]> {
  let left = watchers
  let at = Math.min(last, ...left.map(({ has }) => has))
  while (at < last && left.length > 0) {
    const events = await readEvents(world, run.orgId, run.runId, at, Math.min(pageSize, last - at))
    const through = events.at(-1)?.seq ?? last
    const messages = await messagesOf(world, run, events)
    const lost = new Set<Watcher>()
    await eachAtOnce(left, connectionsAtOnce, async (watcher) => {
      const wanted = messages.filter(({ seq }) => seq > watcher.has)
      if (!(await sendTo(world, watcher.row, wanted))) lost.add(watcher)
      else if (!watcher.row.live && through < last)
        await noteProgress(world, watcher.row, { after: Math.max(through, watcher.has), live: false })
    })
    if (lost.size > 0)
      await closeConnections(
        world,
        [...lost].map(({ row }) => row),
        null,
      )
    left = left.filter((watcher) => !lost.has(watcher))
    if (sent !== undefined && sent < through && through < last)
      await noteSent(world, run.orgId, run.runId, through)
    at = through
  }
  return left
}

/** @returns false if he is gone, or does not keep up: he comes back with the number he has. */
async function sendTo(world: World, row: ConnectionRow, messages: Message[]): Promise<boolean> {
  for (const { text } of messages) {
    let posted = await post(world, row.id, text)
    for (
      let pause = 25, left = isYoung(world, row) ? triesWhileYoung : 0;
      posted === 'gone' && left > 0;
      left--
    ) {
      await world.clock.sleep(pause)
      pause *= 2
      posted = await post(world, row.id, text)
    }
    if (posted !== 'sent') return false
  }
  return true
}

/** The row is written during the handshake, which may not be done. */
function isYoung({ clock }: World, { live, openedAt }: ConnectionRow): boolean {
  return !live && clock.now() - Date.parse(openedAt) < youngMs
}
