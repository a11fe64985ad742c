import { nextToken, pageSize, readPlace } from '../request.ts'
import type { HistoryEvent } from '../run/history-event.ts'
import { historyLimit } from '../run/record.ts'
import type { Operation } from '../service.ts'
import { findExecution } from './executions.ts'

/** The events of an execution, oldest or newest first. */
export const getExecutionHistory: Operation = (service, request) => {
  const { id } = findExecution(service, request)
  const size = pageSize(request)
  const reverse = request.reverseOrder === true
  const from = readPlace(request, 'event', reverse ? historyLimit : 1)
  const page: HistoryEvent[] = []
  for (const event of service.executions.events(id, from, reverse)) {
    if (page.length === size) return { events: page, nextToken: nextToken('event', event.id) }
    page.push(request.includeExecutionData === false ? withoutData(event) : event)
  }
  return { events: page }
}

const data = new Set(['input', 'output', 'parameters', 'inputDetails', 'outputDetails'])

function withoutData(event: HistoryEvent): HistoryEvent {
  const members = Object.entries(event).map(([name, value]) => [
    name,
    name.endsWith('EventDetails')
      ? Object.fromEntries(Object.entries(value as object).filter(([detail]) => !data.has(detail)))
      : value,
  ])
  return Object.fromEntries(members) as HistoryEvent
}
