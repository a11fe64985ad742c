import { endOfEvents, type RunEvent, readEvents } from '../store/events.ts'
import { getRun } from '../store/runs.ts'
import type { World } from '../world.ts'
import { answering, noRun } from './refusal.ts'
import { type RunWord, wordFor } from './run-view.ts'

/** Every type of event that a run has (conventions.md §9). */
export const runEventTypes: readonly string[] = [
  ...['created', 'started', 'waiting', 'resumed', 'completed', 'failed', 'cancelled', 'timed_out'].map(
    (word) => `run.${word}`,
  ),
  ...['opened', 'answered', 'expired', 'cancelled'].map((word) => `wait.${word}`),
  ...['started', 'completed', 'failed'].map((word) => `step.${word}`),
  'log',
]

/** Most events of one answer, and most characters of them. */
const mostEvents = 100
const mostText = 250_000
const firstPauseMs = 20
const longestPauseMs = 500

/** Events of a run after a number. */
export interface EventsPage {
  events: RunEvent[]
  /** Number of the last event there is. */
  lastSeq: number
  /** True if none will follow `lastSeq`. */
  ended: boolean
  /** Whose they are, as it stands now. */
  run: { id: string; status: RunWord; version: number | null }
}

/**
 * The events of a run with a number above `after` (conventions.md §9), as soon as there is one, at the latest when the time
 * is over.
 *
 * @param query.types only these.
 * @throws {Fault} `not_found`.
 */
export async function readRunEvents(
  world: World,
  orgId: string,
  runId: string,
  query: { after: number; waitSeconds: number; types?: string[] | undefined },
): Promise<EventsPage> {
  return await answering(world, async () => {
    const before = await runOf(world, orgId, runId)
    const until = world.clock.now() + query.waitSeconds * 1000
    for (let pause = firstPauseMs; ; pause = Math.min(pause * 2, longestPauseMs)) {
      const page = await readPage(world, orgId, runId, query)
      const left = until - world.clock.now()
      if (page.events.length > 0 || page.ended || left <= 0)
        return { ...page, run: pause === firstPauseMs ? before : await runOf(world, orgId, runId) }
      await world.clock.sleep(Math.min(pause, left))
    }
  })
}

async function runOf(world: World, orgId: string, runId: string): Promise<EventsPage['run']> {
  const row = await getRun(world, orgId, runId)
  if (!row) throw noRun()
  return { id: row.id, status: wordFor(row), version: row.version }
}

async function readPage(
  world: World,
  orgId: string,
  runId: string,
  { after, types }: { after: number; types?: string[] | undefined },
): Promise<Omit<EventsPage, 'run'>> {
  // The end first: what is read after it goes at least as far.
  const { last, ended } = await endOfEvents(world, orgId, runId)
  const events: RunEvent[] = []
  let text = 0
  for (let from = after; from < last; ) {
    const next = await readEvents(world, orgId, runId, from, mostEvents)
    for (const event of next) {
      if (types && !types.includes(event.type)) continue
      text += JSON.stringify(event).length
      if (events.length === mostEvents || (text > mostText && events.length > 0))
        return { events, lastSeq: last, ended }
      events.push(event)
    }
    from = next.at(-1)?.seq ?? last
  }
  return { events, lastSeq: last, ended }
}
