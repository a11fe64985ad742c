import { ArnFormat, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib'
import * as events from 'aws-cdk-lib/aws-events'
import * as targets from 'aws-cdk-lib/aws-events-targets'
import * as iam from 'aws-cdk-lib/aws-iam'
import type * as lambda from 'aws-cdk-lib/aws-lambda'
import * as logs from 'aws-cdk-lib/aws-logs'
import type * as sqs from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'

export interface EngineProps {
  /** Stage name: machines are called `<stage>-…`. */
  readonly stage: string
  /** Unqualified names of the functions that machines may invoke, and nothing else of ours. */
  readonly functionNames: readonly string[]
  readonly logRetentionDays: logs.RetentionDays
}

/** What every compiled machine shares: its role, its log group, and the rule that tells of ends it did not record. */
export class Engine extends Construct {
  readonly role: iam.Role
  readonly logGroup: logs.LogGroup
  private readonly machines: string

  constructor(scope: Construct, id: string, props: EngineProps) {
    super(scope, id)
    const stack = Stack.of(this)
    this.machines = stack.formatArn({
      service: 'states',
      resource: 'stateMachine',
      arnFormat: colon,
      resourceName: `${props.stage}-`,
    })
    // One group for all machines: an account may have ten log resource policies only (aws.md 1.5.5).
    this.logGroup = new logs.LogGroup(this, 'MachineLog', {
      logGroupName: `/aws/vendedlogs/states/${props.stage}-sluice`,
      retention: props.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    this.role = new iam.Role(this, 'MachineRole', {
      // Machines of published versions outlive this stack, and take the role by its name when it is deployed again. IAM
      // knows no regions.
      roleName: `${props.stage}-sluice-machines-${stack.region}`,
      assumedBy: new iam.ServicePrincipal('states.amazonaws.com'),
    })
    this.role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: props.functionNames.map((resourceName) =>
          stack.formatArn({ service: 'lambda', resource: 'function', arnFormat: colon, resourceName }),
        ),
      }),
    )
    this.role.addToPolicy(
      new iam.PolicyStatement({ actions: [...logDelivery, ...tracing], resources: ['*'] }),
    )
    Validations.of(this.role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'Log delivery and X-Ray have no resources to name',
    })
  }

  /** Sends executions that failed, timed out or were stopped to the function that settles them. */
  tell(settled: lambda.IFunction, deadLetters: sqs.IQueue): events.Rule {
    return new events.Rule(this, 'Ended', {
      description: 'Executions that may have ended without their last state',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
          stateMachineArn: [{ prefix: this.machines }],
        },
      },
      targets: [new targets.LambdaFunction(settled, { deadLetterQueue: deadLetters, retryAttempts: 10 })],
    })
  }
}

const colon = ArnFormat.COLON_RESOURCE_NAME
const tracing = [
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
]
const logDelivery = [
  'logs:CreateLogDelivery',
  'logs:CreateLogStream',
  'logs:DeleteLogDelivery',
  'logs:DescribeLogGroups',
  'logs:DescribeResourcePolicies',
  'logs:GetLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutLogEvents',
  'logs:PutResourcePolicy',
  'logs:UpdateLogDelivery',
]
