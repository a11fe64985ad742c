import { Duration } from 'aws-cdk-lib'
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'

const fiveMinutes = Duration.minutes(5)

/** A figure of an AWS service over five minutes. */
export function awsMetric(
  namespace: string,
  metricName: string,
  dimensionsMap: Record<string, string>,
  statistic = 'Sum',
): cloudwatch.Metric {
  return new cloudwatch.Metric({ namespace, metricName, dimensionsMap, statistic, period: fiveMinutes })
}

/** A figure of the product's own (shared/aws/embedded-metrics.ts). */
export function ownMetric(stage: string, metricName: string, statistic = 'Sum'): cloudwatch.Metric {
  return awsMetric('Sluice', metricName, { service: stage }, statistic)
}

/** The share of one figure in another, in percent; nothing while there are few. */
export function share(
  part: cloudwatch.IMetric,
  whole: cloudwatch.IMetric,
  label: string,
  fewest = 20,
): cloudwatch.MathExpression {
  return new cloudwatch.MathExpression({
    expression: `IF(whole >= ${fewest}, 100 * part / whole, 0)`,
    usingMetrics: { part, whole },
    label,
    period: fiveMinutes,
  })
}

/** Figures added up; each counts as nothing where it has no value. */
export function sum(figures: cloudwatch.IMetric[], label: string): cloudwatch.MathExpression {
  const named = figures.map((figure, at) => [`e${at}`, figure] as const)
  return new cloudwatch.MathExpression({
    expression: named.map(([name]) => `FILL(${name}, 0)`).join(' + '),
    usingMetrics: Object.fromEntries(named),
    label,
    period: fiveMinutes,
  })
}
