import {
  addEvents,
  type EventsEnd,
  endOfEvents,
  eventsPerItem,
  noEvents,
  type RunEvent,
  type WatchedEnd,
} from '../store/events.ts'
import { listStepLines } from '../store/run-steps.ts'
import { getRun, hasEnded, type RunRow } from '../store/runs.ts'
import { getWaits } from '../store/waits.ts'
import type { World } from '../world.ts'
import { eventsOf, type Known, type NativeSteps, type RowChange } from './run-events.ts'
import { stepsOf } from './step-names.ts'

/** A change as the stream numbers it. */
export interface NumberedChange {
  sequence: string
  change: RowChange
}

/** Most characters of the events of one item. */
const mostText = 150_000
const tries = 5

/**
 * Adds what changes tell to a run's record of events: in order, numbered without gap, and once, although the same change
 * may be delivered again.
 *
 * @returns where the record ends now.
 */
export async function tellEvents(
  world: World,
  orgId: string,
  runId: string,
  changes: NumberedChange[],
): Promise<WatchedEnd> {
  const [first] = changes
  const isNew = first?.change.of === 'run' && first.change.before === null
  // A new run has no record, unless its first change comes again: then the put finds one.
  let end: WatchedEnd = isNew ? noEvents : await endOfEvents(world, orgId, runId)
  const known = await knownFor(world, orgId, runId, changes)
  const flowId = await flowOf(world, orgId, runId, changes)
  for (let attempt = 1; attempt <= tries; attempt++) {
    const { sent: _, ...from } = end
    const items = itemsAfter(from, changes, known)
    const told = await addAll(world, { orgId, runId, flowId }, items)
    if (told) return { ...end, ...items.at(-1)?.end }
    end = await endOfEvents(world, orgId, runId)
  }
  throw new Error(`The events of run ${runId} met another writer`)
}

async function knownFor(
  world: World,
  orgId: string,
  runId: string,
  changes: NumberedChange[],
): Promise<Known> {
  const ends = changes.flatMap(({ change }) =>
    change.of === 'run' && hasEnded(change.after) ? [...(change.before?.openWaits ?? [])] : [],
  )
  const stopped = changes.some(({ change }) => change.of === 'run' && isStopped(change.after))
  const [steps, waits, lines] = await Promise.all([
    stepsFor(world, orgId, runId, changes),
    ends.length === 0 ? [] : getWaits(world, orgId, runId, ends),
    stopped ? listStepLines(world, orgId, runId) : [],
  ])
  return {
    steps,
    waits: new Map(waits.map((wait) => [wait.stepKey, wait])),
    atWork: lines.filter(({ status }) => status === 'running'),
  }
}

/** Ended from outside: steps may have been at work. */
function isStopped({ status }: RunRow): boolean {
  return status === 'cancelled' || status === 'timed_out'
}

/** Names and ways of steps are needed only where a change tells of them. */
async function stepsFor(world: World, orgId: string, runId: string, changes: NumberedChange[]) {
  const rows = changes.flatMap(({ change }) => (change.of === 'run' ? [change.after] : []))
  const tells = changes.some(
    ({ change }) => change.of === 'wait' || (change.of === 'step' && change.after.status === 'failed'),
  )
  // One delivery may bring the start of a run and its end.
  if (!tells && !rows.some(hasEnded)) return new Map()
  const row = rows.at(-1) ?? (await getRun(world, orgId, runId))
  return row ? await stepsOf(world, row) : new Map()
}

interface Item {
  events: RunEvent[]
  end: EventsEnd
}

interface RunOfFlow {
  orgId: string
  runId: string
  flowId: string
}

async function addAll(world: World, { orgId, runId, flowId }: RunOfFlow, items: Item[]): Promise<boolean> {
  for (const { events, end } of items)
    if (!(await addEvents(world, orgId, runId, events, end, flowId))) return false
  return true
}

async function flowOf(
  world: World,
  orgId: string,
  runId: string,
  changes: NumberedChange[],
): Promise<string> {
  for (const { change } of changes) if (change.after.flowId !== undefined) return change.after.flowId
  return (await getRun(world, orgId, runId))?.flowId ?? ''
}

/** The events that come after the end of the record, cut into items. */
function itemsAfter(from: EventsEnd, changes: NumberedChange[], known: Known): Item[] {
  const items: Item[] = []
  let end = from
  let size = 0
  for (const { sequence, change } of changes) {
    if (end.ended) break
    if (isLater(end.through, sequence)) continue
    const before = JSON.parse(end.memory) as NativeSteps
    const { events, told, ended } = eventsOf(change, before, known)
    const done = sequence === end.through ? end.parts : 0
    for (const [index, event] of events.entries()) {
      if (index < done) continue
      const text = JSON.stringify(event).length
      let item = items.at(-1)
      if (!item || item.events.length >= eventsPerItem || size + text > mostText) {
        item = { events: [], end }
        items.push(item)
        size = 0
      }
      size += text
      const last = index === events.length - 1
      item.events.push({ seq: end.last + 1, ...event })
      // Until the last event of a change is told, the memory stays as the change found it.
      end = {
        last: end.last + 1,
        through: sequence,
        parts: index + 1,
        memory: last ? JSON.stringify(told) : end.memory,
        ended: last && ended,
      }
      item.end = end
    }
  }
  return items
}

/** Numbers of changes are digits, without leading zeros of equal length. */
function isLater(a: string, b: string): boolean {
  return a.length === b.length ? a > b : a.length > b.length
}
