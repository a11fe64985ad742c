import { Duration } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import type * as lambda from 'aws-cdk-lib/aws-lambda'
import * as scheduler from 'aws-cdk-lib/aws-scheduler'
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets'
import type * as sqs from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'

export interface TimerProps {
  /** Looks after open runs and waits. */
  readonly swept: lambda.IFunction
  /** Delivers webhooks whose next try is due. */
  readonly due: lambda.IFunction
  readonly deadLetters: sqs.IQueue
}

/** The ticks: every five minutes the sweep compares what is recorded with what the engine does; every minute webhooks go out. */
export class Timer extends Construct {
  constructor(scope: Construct, id: string, props: TimerProps) {
    super(scope, id)
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com'),
    })
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: [props.swept.functionArn, props.due.functionArn],
      }),
    )
    props.deadLetters.grantSendMessages(role)
    const target = (called: lambda.IFunction) =>
      new LambdaInvoke(called, {
        // Its own grant would reach every version of the function.
        role: role.withoutPolicyUpdates(),
        deadLetterQueue: props.deadLetters,
        retryAttempts: 0,
        input: scheduler.ScheduleTargetInput.fromObject({}),
      })
    new scheduler.Schedule(this, 'Tick', {
      schedule: scheduler.ScheduleExpression.rate(Duration.minutes(5)),
      target: target(props.swept),
      description: 'Reconciles open runs and waits',
    })
    new scheduler.Schedule(this, 'Deliveries', {
      schedule: scheduler.ScheduleExpression.rate(Duration.minutes(1)),
      target: target(props.due),
      description: 'Tries webhooks again',
    })
  }
}
