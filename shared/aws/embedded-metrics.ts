import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import type { Figure } from './figure.ts'

const namespace = 'Sluice'

/** Writes figures as lines of the function's log, which CloudWatch reads as metrics; the stage is their `service`. */
export function writeMetrics(stage: string, figures: readonly Figure[]): void {
  const byType = Map.groupBy(figures, ({ type }) => type ?? '')
  for (const [type, some] of byType) {
    const metrics = new Metrics({ namespace, serviceName: stage })
    if (type !== '') metrics.addDimension('Type', type)
    for (const { name, value, unit } of some) metrics.addMetric(name, MetricUnit[unit], value)
    metrics.publishStoredMetrics()
  }
}
