import type { RunEvent } from '../store/events.ts'
import type { JsonObject, World } from '../world.ts'
import { type EventValue, eventValue } from './event-values.ts'

/** One frame of seed 003's WebSocket. */
export interface Message {
  /** Number of the event that it tells. */
  seq: number
  text: string
}

/** Longest message, in bytes: the gateway's frame. */
const longest = 32 * 1024

/**
 * What those who watch a run are sent of its events: seed 003's five messages. Other events have none, so numbers rise but
 * may skip.
 */
export async function messagesOf(
  world: World,
  run: { orgId: string; runId: string },
  events: RunEvent[],
): Promise<Message[]> {
  const messages: Message[] = []
  for (const event of events) {
    const text = await textOf(world, run, event)
    if (text !== null) messages.push({ seq: event.seq, text })
  }
  return messages
}

async function textOf(world: World, run: { orgId: string; runId: string }, event: RunEvent) {
  const { runId } = run
  if (event.type === 'step.completed' || event.type === 'run.completed') {
    const value = await eventValue(world, run, event)
    const text = JSON.stringify(completed(runId, event, value))
    if (Buffer.byteLength(text) <= longest) return text
    return JSON.stringify(completed(runId, event, { url: value.url }))
  }
  const message = plain(runId, event)
  return message && JSON.stringify(message)
}

/** Either the value itself, or where it is to be read. */
function completed(runId: string, event: RunEvent, value: EventValue): JsonObject {
  const run = event.type === 'run.completed'
  const result = value.value === undefined ? { result_url: value.url } : { result: value.value }
  return {
    type: run ? 'execution_completed' : 'node_completed',
    execution_id: runId,
    ...(run ? { status: 'completed' } : node(event)),
    ...result,
    ...tail(event),
  }
}

/** Messages that carry no value of a step. */
function plain(runId: string, event: RunEvent): JsonObject | null {
  const data = event.data as JsonObject
  const update = (more: JsonObject): JsonObject => ({
    type: 'execution_update',
    execution_id: runId,
    status: 'running',
    ...node(event),
    ...more,
    ...tail(event),
  })
  switch (event.type) {
    case 'step.started':
      return update(data.childId === undefined ? {} : { child_execution_id: data.childId })
    case 'wait.opened':
      return update({
        waiting: { id: data.waitId, kind: data.kind, expires_at: data.expiresAt } as JsonObject,
      })
    case 'step.failed': {
      // A failure that nothing catches ends the run, which tells of it.
      if (data.outcome === undefined) return null
      return update({ error: messageIn(data) ?? '', outcome: data.outcome })
    }
    case 'log': {
      const { level = 'info', message = '', data: details } = data
      return {
        ...{ type: 'log', execution_id: runId, level, message, ...node(event) },
        ...(details === undefined ? {} : { data: details }),
        ...tail(event),
      }
    }
    case 'run.failed':
    case 'run.timed_out':
    case 'run.cancelled':
      return {
        ...{ type: 'execution_failed', execution_id: runId },
        ...{ status: event.type === 'run.cancelled' ? 'cancelled' : 'failed', error: endText(event) },
        ...node(event),
        ...tail(event),
      }
    default:
      return null
  }
}

function endText({ type, data }: RunEvent): string {
  if (type === 'run.timed_out') return 'Execution timed out'
  if (type === 'run.cancelled') return 'Execution cancelled'
  return messageIn(data as JsonObject) ?? 'Execution failed'
}

function messageIn({ error }: JsonObject): string | undefined {
  const { message } = (error ?? {}) as { message?: string }
  return message || undefined
}

function node({ stepId, stepType }: RunEvent): JsonObject {
  return {
    ...(stepId === undefined ? {} : { node_id: stepId }),
    ...(stepType === undefined ? {} : { node_type: stepType }),
  }
}

/** What every message ends with. */
function tail({ iteration, data, at, seq }: RunEvent): JsonObject {
  const { attempt } = data as JsonObject
  return {
    timestamp: at,
    seq,
    ...(iteration === undefined ? {} : { iteration }),
    ...(attempt === undefined ? {} : { attempt }),
  }
}
