import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as scheduler from 'aws-cdk-lib/aws-scheduler'
import type * as sqs from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'

export interface SchedulesProps {
  /** Name of the group. */
  readonly groupName: string
  /** Unqualified name of the function that schedules call. */
  readonly functionName: string
  readonly deadLetters: sqs.IQueue
}

/** Where the schedules of flows are kept, and the role that lets them call one function (aws.md 4.1). */
export class Schedules extends Construct {
  readonly group: scheduler.ScheduleGroup
  readonly role: iam.Role
  /** ARN of the function, by its name: schedules that were made months ago call it. */
  readonly functionArn: string
  /** ARN of every schedule of the group. */
  readonly everySchedule: string

  constructor(scope: Construct, id: string, { groupName, functionName, deadLetters }: SchedulesProps) {
    super(scope, id)
    const stack = Stack.of(this)
    // The rows of the table tell what is in it: retained, it would stand in the way of the stage's next deployment.
    this.group = new scheduler.ScheduleGroup(this, 'Group', {
      scheduleGroupName: groupName,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    this.functionArn = stack.formatArn({
      service: 'lambda',
      resource: 'function',
      resourceName: functionName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    })
    this.everySchedule = stack.formatArn({
      service: 'scheduler',
      resource: 'schedule',
      resourceName: `${groupName}/*`,
    })
    this.role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com'),
    })
    this.role.addToPolicy(
      new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.functionArn] }),
    )
    deadLetters.grantSendMessages(this.role)
  }
}
