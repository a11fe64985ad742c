import { Duration, Stack } from 'aws-cdk-lib'
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as sns from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import { Construct } from 'constructs'
import { alarmsOf } from './watch/alarms.ts'
import { dashboardOf } from './watch/dashboard.ts'
import type { Watched } from './watch/watched.ts'

export interface WatchProps extends Watched {
  /** Who is told; @default nobody, the alarms are still there */
  readonly alarmEmail?: string
}

/** Alarms that say when somebody must look, and a dashboard that answers "is it well" at a look (aws.md 5.5). */
export class Watch extends Construct {
  readonly topic: sns.Topic
  readonly dashboard: cloudwatch.Dashboard

  constructor(scope: Construct, id: string, props: WatchProps) {
    super(scope, id)
    this.topic = new sns.Topic(this, 'Alarms', { enforceSSL: true })
    this.letAlarmsPublish()
    const { alarmEmail, deadLetters: deadLetterQueue } = props
    if (alarmEmail !== undefined)
      this.topic.addSubscription(new EmailSubscription(alarmEmail, { deadLetterQueue }))
    const alarms = alarmsOf(props).map(
      ({ id: name, says, threshold, metric, part = name, minutes = 5, silence }) => {
        const alarm = new cloudwatch.Alarm(this, name, {
          alarmDescription: `${says}. See docs/runbook.md#${part.toLowerCase()}`,
          metric,
          threshold,
          evaluationPeriods: minutes / 5,
          comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
          treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
          ...(silence === true
            ? {
                comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
                treatMissingData: cloudwatch.TreatMissingData.BREACHING,
              }
            : {}),
        })
        alarm.addAlarmAction(new SnsAction(this.topic))
        return alarm
      },
    )
    this.dashboard = new cloudwatch.Dashboard(this, 'Dashboard', {
      dashboardName: `${props.stage}-sluice`,
      defaultInterval: Duration.hours(3),
      widgets: dashboardOf(props, alarms),
    })
  }

  /** The policy that demands TLS has taken the place of the usual one, by which alarms of the account may. */
  private letAlarmsPublish(): void {
    this.topic.addToResourcePolicy(
      new iam.PolicyStatement({
        actions: ['sns:Publish'],
        principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    )
  }
}
