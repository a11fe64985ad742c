/** An event as GetExecutionHistory tells it; `timestamp` is in seconds. */
export interface HistoryEvent {
  id: number
  previousEventId: number
  timestamp: number
  type: string
  [details: `${string}EventDetails`]: object
}
