import { Duration } from 'aws-cdk-lib'
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import type * as events from 'aws-cdk-lib/aws-events'
import type * as lambda from 'aws-cdk-lib/aws-lambda'
import * as sns from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import type * as sqs from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'

export interface WatchProps {
  /** Who is told; @default nobody, the alarms are still there */
  readonly alarmEmail?: string
  /** The rule that matches every execution which failed, timed out or was stopped. */
  readonly ended: events.IRule
  readonly functions: ReadonlyMap<string, lambda.IFunction>
  readonly deadLetters: sqs.IQueue
}

/** Alarms: failed and throttled executions, errors and throttles of functions, dead letters. */
export class Watch extends Construct {
  readonly topic: sns.Topic

  constructor(scope: Construct, id: string, props: WatchProps) {
    super(scope, id)
    this.topic = new sns.Topic(this, 'Alarms', { enforceSSL: true })
    if (props.alarmEmail !== undefined) this.topic.addSubscription(new EmailSubscription(props.alarmEmail))

    this.alarm(
      'ExecutionsFailed',
      'Executions fail, time out or are stopped',
      50,
      events5m('MatchedEvents', 'AWS/Events', { RuleName: props.ended.ruleName }),
    )
    this.alarm(
      'TransitionsThrottled',
      'Step Functions throttles state transitions',
      1,
      events5m('ThrottledEvents', 'AWS/States', { ServiceMetric: 'StateTransition' }),
    )
    for (const api of ['StartExecution', 'StartSyncExecution', 'SendTaskSuccess', 'CreateStateMachine'])
      this.alarm(
        `${api}Throttled`,
        `Step Functions throttles ${api}`,
        1,
        events5m('ThrottledEvents', 'AWS/States', { APIName: api }),
      )
    for (const [door, target] of props.functions) {
      this.alarm(
        `${door}Errors`,
        `The function ${door} fails`,
        1,
        target.metricErrors({ period: Duration.minutes(5) }),
      )
      this.alarm(
        `${door}Throttles`,
        `The function ${door} is throttled`,
        1,
        target.metricThrottles({ period: Duration.minutes(5) }),
      )
    }
    this.alarm(
      'DeadLetters',
      'An event could not be delivered',
      1,
      props.deadLetters.metricApproximateNumberOfMessagesVisible(),
    )
  }

  private alarm(id: string, says: string, threshold: number, metric: cloudwatch.IMetric): void {
    new cloudwatch.Alarm(this, id, {
      alarmDescription: says,
      metric,
      threshold,
      evaluationPeriods: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    }).addAlarmAction(new SnsAction(this.topic))
  }
}

function events5m(
  metricName: string,
  namespace: string,
  dimensionsMap: Record<string, string>,
): cloudwatch.Metric {
  return new cloudwatch.Metric({
    metricName,
    namespace,
    dimensionsMap,
    statistic: 'Sum',
    period: Duration.minutes(5),
  })
}
