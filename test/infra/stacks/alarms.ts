import { test } from 'vitest'
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
}
