import { type Duration, RemovalPolicy, Validations } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as lambda from 'aws-cdk-lib/aws-lambda'
import * as logs from 'aws-cdk-lib/aws-logs'
import type * as sqs from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'

export interface DoorProps {
  /** Name of the file in `functions/`, and of its bundle. */
  readonly door: string
  /** Folder that `infra/bundle.ts` wrote: one folder per door. */
  readonly bundles: string
  readonly memoryMegabytes: number
  readonly timeout: Duration
  readonly environment: Record<string, string>
  /** What it may do, besides writing its own log and traces. */
  readonly statements: iam.PolicyStatement[]
  readonly logRetentionDays: logs.RetentionDays
  /** Physical name; @default chosen by CloudFormation. */
  readonly functionName?: string
  /** Where events go that an asynchronous caller could not deliver; @default none: its callers wait for the answer. */
  readonly deadLetters?: sqs.IQueue
  /** @default none */
  readonly reservedConcurrency?: number
  /** Writes traces to X-Ray; @default true */
  readonly traced?: boolean
}

/** One function: a prebuilt bundle with its own role, log group and nothing it does not use. */
export class Door extends Construct {
  readonly function: lambda.Function

  constructor(scope: Construct, id: string, props: DoorProps) {
    super(scope, id)
    const logGroup = new logs.LogGroup(this, 'Log', {
      retention: props.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    const role = new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') })
    logGroup.grantWrite(role)
    for (const statement of props.statements) role.addToPolicy(statement)
    this.function = new lambda.Function(this, 'Function', {
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      handler: 'index.handler',
      code: lambda.Code.fromAsset(`${props.bundles}/${props.door}`),
      memorySize: props.memoryMegabytes,
      timeout: props.timeout,
      environment: { ...props.environment, NODE_OPTIONS: '--enable-source-maps' },
      role,
      logGroup,
      loggingFormat: lambda.LoggingFormat.JSON,
      ...(props.traced === false ? {} : { tracing: lambda.Tracing.ACTIVE }),
      ...(props.functionName === undefined ? {} : { functionName: props.functionName }),
      ...(props.deadLetters === undefined ? {} : { deadLetterQueue: props.deadLetters }),
      ...(props.reservedConcurrency === undefined
        ? {}
        : { reservedConcurrentExecutions: props.reservedConcurrency }),
    })
    this.acknowledge(props)
  }

  private acknowledge(props: DoorProps): void {
    if (props.traced === false)
      Validations.of(this).acknowledge({
        id: 'Serverless-LambdaTracing',
        reason: 'Its role may write its log and nothing else; the machine that calls it traces the call',
      })
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'X-Ray and ListStateMachines have no resources to name; every other statement names its own',
    })
    if (props.deadLetters === undefined)
      Validations.of(this).acknowledge({
        id: 'Serverless-LambdaDLQ',
        reason: 'Called synchronously: the caller gets the error, nothing is queued',
      })
  }
}
