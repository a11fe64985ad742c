/** What became of the run. */
export interface Driven {
  waiting: { question: unknown; runId: string }
  done: { status: string; output: unknown }
  refused: { status: number; code: string }
}
