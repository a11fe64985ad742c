import { Match } from 'aws-cdk-lib/assertions'
import { expect, test } from 'vitest'
import type { Stacks } from './open-stacks.ts'

/** What wakes somebody. */
export function alarms(stacks: () => Stacks): void {
  test('alarms on failed and throttled executions', () => {
    stacks().service.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'MatchedEvents',
      Namespace: 'AWS/Events',
    })
    stacks().service.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'ThrottledEvents',
      Namespace: 'AWS/States',
    })
  })

  // A topic that has a policy of its own lacks the default one, by which alarms may publish: nobody was told of anything.
  test('lets alarms of this account publish to the topic, and nobody else', () => {
    stacks().service.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: [
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
          Match.objectLike({
            Action: 'sns:Publish',
            Effect: 'Allow',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          }),
        ],
      },
    })
  })

  test('alarms on throttled reads and writes, those of the indexes too', () => {
    const found = Object.values(stacks().service.findResources('AWS::CloudWatch::Alarm')).find(
      ({ Properties }) => Properties.AlarmDescription.includes('#tablethrottled'),
    )
    const metrics = (found?.Properties.Metrics ?? []) as { MetricStat?: { Metric: MetricJson } }[]
    const watched = metrics.flatMap(({ MetricStat }) =>
      MetricStat ? [`${MetricStat.Metric.MetricName} ${indexOf(MetricStat.Metric)}`] : [],
    )

    expect(watched.sort()).toEqual([
      'ReadThrottleEvents gsi1',
      'ReadThrottleEvents gsi2',
      'ReadThrottleEvents gsi3',
      'ReadThrottleEvents table',
      'WriteThrottleEvents gsi1',
      'WriteThrottleEvents gsi2',
      'WriteThrottleEvents gsi3',
      'WriteThrottleEvents table',
    ])
  })
}

interface MetricJson {
  MetricName: string
  Dimensions: { Name: string; Value: string }[]
}

function indexOf({ Dimensions }: MetricJson): string {
  return Dimensions.find(({ Name }) => Name === 'GlobalSecondaryIndexName')?.Value ?? 'table'
}
