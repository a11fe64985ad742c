import type { Metrics } from '../world.ts'
import type { Figure } from './figure.ts'

/** Figures that nobody reads. */
export const noMetrics: Metrics = { count() {}, milliseconds() {}, seconds() {}, async flush() {} }

/**
 * Collects figures of one invocation, and writes them at its end in CloudWatch's embedded metric format. What writes them is
 * read from disk by the first invocation that has any.
 */
export function openMetrics(stage: string): Metrics {
  let figures: Figure[] = []
  const add = (unit: Figure['unit']) => (name: string, value: number, type?: string) =>
    void figures.push({ name, value, unit, ...(type === undefined ? {} : { type }) })
  const count = add('Count')
  return {
    count: (name, value = 1) => count(name, value),
    milliseconds: add('Milliseconds'),
    seconds: add('Seconds'),
    async flush() {
      if (figures.length === 0) return
      const sent = figures
      figures = []
      ;(await import('./embedded-metrics.ts')).writeMetrics(stage, sent)
    },
  }
}
