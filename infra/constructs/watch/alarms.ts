import { Duration } from 'aws-cdk-lib'
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import { tableShape } from '../../../shared/store/table.ts'
import { awsMetric, ownMetric, share, sum } from './metrics.ts'
import type { Watched } from './watched.ts'

/** When somebody must look, and why. */
export interface AlarmRow {
  id: string
  says: string
  /** The part of `docs/runbook.md` that says what to do. @default the id */
  part?: string
  threshold: number
  metric: cloudwatch.IMetric
  /** How long it must last. @default 5 */
  minutes?: number
  /** Rings when the figure is below the threshold, or missing. @default false */
  silence?: true
}

const fiveMinutes = { period: Duration.minutes(5) }

/** Every alarm of a stage. */
export function alarmsOf(watched: Watched): AlarmRow[] {
  return [...ofRuns(watched), ...ofEngine(), ...ofApi(watched), ...ofFunctions(watched), ...ofTable(watched)]
}

function ofRuns({ stage, ended, deadLetters }: Watched): AlarmRow[] {
  return [
    {
      ...{ id: 'ExecutionsFailed', says: 'Many executions fail, time out or are stopped', threshold: 50 },
      metric: awsMetric('AWS/Events', 'MatchedEvents', { RuleName: ended.ruleName }),
    },
    {
      ...{ id: 'WaitsOverdue', says: 'Waits stand open past their end', threshold: 10, minutes: 15 },
      metric: ownMetric(stage, 'WaitsOverdue', 'Maximum'),
    },
    {
      ...{ id: 'RunsOpen', says: 'The engine’s limit of open executions is near', threshold: 800_000 },
      metric: ownMetric(stage, 'RunsOpen', 'Maximum'),
    },
    {
      ...{ id: 'SweepSilent', says: 'The sweep has not run', threshold: 1, minutes: 15, silence: true },
      metric: ownMetric(stage, 'RunsOpen', 'SampleCount'),
    },
    {
      ...{ id: 'DeadLetters', says: 'An event could not be delivered', threshold: 1 },
      metric: deadLetters.metricApproximateNumberOfMessagesVisible(fiveMinutes),
    },
  ]
}

/** Calls that a start, an answer or a publish makes. */
const apis = ['StartExecution', 'StartSyncExecution', 'SendTaskSuccess', 'CreateStateMachine']

function ofEngine(): AlarmRow[] {
  const throttled = (id: string, what: string, dimension: Record<string, string>): AlarmRow => ({
    ...{ id, part: 'EngineThrottled', says: `Step Functions throttles ${what}`, threshold: 1 },
    metric: awsMetric('AWS/States', 'ThrottledEvents', dimension),
  })
  return [
    throttled('TransitionsThrottled', 'state transitions', { ServiceMetric: 'StateTransition' }),
    ...apis.map((api) => throttled(`${api}Throttled`, api, { APIName: api })),
  ]
}

function ofApi({ apiId }: Watched): AlarmRow[] {
  const dimensions = { ApiId: apiId }
  const count = awsMetric('AWS/ApiGateway', 'Count', dimensions)
  return [
    {
      ...{ id: 'ApiErrors', says: 'More than 1 % of the answers are 5xx', threshold: 1 },
      metric: share(awsMetric('AWS/ApiGateway', '5xx', dimensions), count, 'answers 5xx, %'),
    },
    {
      // Whoever waits for a run is answered late on purpose: what is judged is the middle of the others.
      ...{ id: 'ApiSlow', says: 'Half of the answers take more than 3 s', threshold: 3_000, minutes: 15 },
      metric: awsMetric('AWS/ApiGateway', 'Latency', dimensions, 'p50'),
    },
  ]
}

function ofFunctions({ functions }: Watched): AlarmRow[] {
  const each = [...functions].flatMap(([door, target]): AlarmRow[] => [
    {
      ...{ id: `${door}Errors`, part: 'FunctionErrors', says: `The function ${door} fails`, threshold: 1 },
      metric: target.metricErrors(fiveMinutes),
    },
    {
      ...{
        id: `${door}Throttles`,
        part: 'FunctionThrottles',
        says: `The function ${door} is throttled`,
        threshold: 1,
      },
      metric: target.metricThrottles(fiveMinutes),
    },
  ])
  return [
    ...each,
    {
      ...{
        id: 'Concurrency',
        says: 'The account’s concurrent functions are near their limit',
        threshold: 800,
      },
      metric: awsMetric('AWS/Lambda', 'ConcurrentExecutions', {}, 'Maximum'),
    },
    ...['changed', 'due'].flatMap((door): AlarmRow[] => {
      const target = functions.get(door)
      if (target === undefined) return []
      return [
        {
          ...{
            id: `${door}Behind`,
            part: 'StreamBehind',
            says: `${door} reads the table’s changes late`,
            threshold: 60_000,
          },
          metric: target.metric('IteratorAge', { ...fiveMinutes, statistic: 'Maximum' }),
        },
      ]
    }),
  ]
}

function ofTable({ tableName }: Watched): AlarmRow[] {
  const TableName = { TableName: tableName }
  const places = [
    TableName,
    ...tableShape.indexes.map(({ name }) => ({ ...TableName, GlobalSecondaryIndexName: name })),
  ]
  const throttled = ['WriteThrottleEvents', 'ReadThrottleEvents'].flatMap((name) =>
    places.map((place) => awsMetric('AWS/DynamoDB', name, place)),
  )
  const operations = ['GetItem', 'PutItem', 'UpdateItem', 'Query', 'TransactWriteItems', 'BatchGetItem']
  const errors = operations.map((Operation) =>
    awsMetric('AWS/DynamoDB', 'SystemErrors', { ...TableName, Operation }),
  )
  return [
    {
      ...{ id: 'TableThrottled', says: 'The table throttles reads or writes', threshold: 1 },
      metric: sum(throttled, 'throttled reads and writes'),
    },
    {
      ...{ id: 'TableErrors', says: 'The table answers with errors of its own', threshold: 5 },
      metric: sum(errors, 'errors of the table'),
    },
  ]
}
