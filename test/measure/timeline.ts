/** A visit of a step, as the run's own record tells it. */
export interface Visit {
  stepId: string
  startedAt: string
  finishedAt: string | null
}

/** Milliseconds between moments of one run. */
export interface Spans {
  /** From the run's row to the first function that the machine called. */
  startToFirst: number
  /** From one native step to the next: each is a transition. */
  transitions: number[]
  /** From the answer to the question after it. */
  answerToNext: number
}

/**
 * Reads the spans off a run of `measured`.
 *
 * @throws if a step is missing in the record.
 */
export function spansOf(createdAt: string, visits: Visit[], answeredAt: string): Spans {
  const entered = (stepId: string) => {
    const visit = visits.find((each) => each.stepId === stepId)
    if (!visit) throw new Error(`The run's record does not tell of ${stepId}`)
    return Date.parse(visit.startedAt)
  }
  const native = visits.filter(({ stepId }) => stepId.startsWith('step')).map(({ stepId }) => entered(stepId))
  native.sort((a, b) => a - b)
  return {
    startToFirst: entered('first') - Date.parse(createdAt),
    transitions: native.slice(1).map((at, n) => at - (native[n] ?? at)),
    answerToNext: entered('second') - Date.parse(answeredAt),
  }
}
