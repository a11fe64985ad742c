import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import { awsMetric, ownMetric } from './metrics.ts'
import type { Watched } from './watched.ts'

const width = 8
/** Refills a second in the large Regions (aws.md 1.2), over five minutes. */
const quotas = { transitions: 5_000 * 300, starts: 300 * 300 }

/** Rows from "is it well" down to "what does it cost". */
export function dashboardOf(watched: Watched, alarms: cloudwatch.IAlarm[]): cloudwatch.IWidget[][] {
  return [
    [new cloudwatch.AlarmStatusWidget({ title: 'Is it well?', alarms, width: 24, height: 4 })],
    doorsRow(watched),
    runsRow(watched),
    waitsRow(watched),
    quotasRow(watched),
    costRow(watched),
  ]
}

function graph(
  title: string,
  left: cloudwatch.IMetric[],
  more: Partial<cloudwatch.GraphWidgetProps> = {},
): cloudwatch.GraphWidget {
  return new cloudwatch.GraphWidget({ title, left, width, ...more })
}

function doorsRow({ apiId, functions }: Watched): cloudwatch.IWidget[] {
  const of = (name: string, statistic?: string) =>
    awsMetric('AWS/ApiGateway', name, { ApiId: apiId }, statistic)
  return [
    graph('Doors: answers', [of('Count'), of('4xx'), of('5xx')]),
    graph('Doors: milliseconds', [of('Latency', 'p50'), of('Latency', 'p95'), of('Latency', 'p99')]),
    graph(
      'Doors: failures of functions',
      [...functions.values()].map((target) => target.metricErrors()),
    ),
  ]
}

function runsRow({ stage }: Watched): cloudwatch.IWidget[] {
  const of = (name: string) => ownMetric(stage, name)
  return [
    graph('Runs', [of('RunsStarted'), of('RunsCompleted'), of('RunsFailed')]),
    graph('Runs open', [ownMetric(stage, 'RunsOpen', 'Maximum')]),
    graph('Milliseconds by type of step', [
      new cloudwatch.MathExpression({
        expression: `SEARCH('{Sluice,service,Type} MetricName="StepMilliseconds" service="${stage}"', 'p95')`,
        label: '',
        usingMetrics: {},
      }),
    ]),
  ]
}

function waitsRow({ stage }: Watched): cloudwatch.IWidget[] {
  return [
    graph('Questions asked, and seconds until they are answered', [ownMetric(stage, 'RunsWaiting')], {
      right: [ownMetric(stage, 'WaitSeconds', 'p50')],
    }),
    graph('Milliseconds from an answer to the engine', [
      ownMetric(stage, 'AnswerMilliseconds', 'p50'),
      ownMetric(stage, 'AnswerMilliseconds', 'p99'),
    ]),
    graph('To be looked at', [
      ownMetric(stage, 'WaitsOverdue', 'Maximum'),
      ownMetric(stage, 'Reconciled'),
      ownMetric(stage, 'SyncWindowMissed'),
      ownMetric(stage, 'WebhooksFailed'),
    ]),
  ]
}

function quotasRow({ functions }: Watched): cloudwatch.IWidget[] {
  const line = (value: number, label: string) => ({ leftAnnotations: [{ value, label }] })
  const called = (name: string) => awsMetric('AWS/States', 'ConsumedCapacity', { APIName: name })
  return [
    graph(
      'State transitions of the account',
      [awsMetric('AWS/States', 'ConsumedCapacity', { ServiceMetric: 'StateTransition' })],
      line(quotas.transitions, 'refill'),
    ),
    graph(
      'Starts and answers of the account',
      [called('StartExecution'), called('SendTaskSuccess')],
      line(quotas.starts, 'refill of starts'),
    ),
    graph(
      'Functions at once',
      [...functions.values()].map((target) =>
        target.metric('ConcurrentExecutions', { statistic: 'Maximum' }),
      ),
      line(1_000, 'limit of a new account'),
    ),
  ]
}

function costRow({ tableName, functions }: Watched): cloudwatch.IWidget[] {
  const units = (name: string) => awsMetric('AWS/DynamoDB', name, { TableName: tableName })
  return [
    graph('Cost: units of the table', [
      units('ConsumedWriteCapacityUnits'),
      units('ConsumedReadCapacityUnits'),
    ]),
    graph('Cost: state transitions', [
      awsMetric('AWS/States', 'ConsumedCapacity', { ServiceMetric: 'StateTransition' }),
    ]),
    graph(
      'Cost: milliseconds of functions',
      [...functions.values()].map((target) => target.metricDuration({ statistic: 'Sum' })),
    ),
  ]
}
