import { ArnFormat, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib'
import { AccessLogFormat, CfnAccount } from 'aws-cdk-lib/aws-apigateway'
import * as apigateway from 'aws-cdk-lib/aws-apigatewayv2'
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import * as iam from 'aws-cdk-lib/aws-iam'
import type * as lambda from 'aws-cdk-lib/aws-lambda'
import * as logs from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'

export interface SocketProps {
  readonly apiName: string
  /** Name of the API's stage, part of its address. */
  readonly stageName: string
  readonly throttle: { ratePerSecond: number; burst: number }
  readonly logRetentionDays: logs.RetentionDays
}

/** The WebSocket API: handshakes, texts and goodbyes go to one function (aws.md 4.5). */
export class Socket extends Construct {
  readonly api: apigateway.WebSocketApi
  readonly stage: apigateway.WebSocketStage
  /** ARNs of what may be done with open connections: to send to them, and to close them. */
  readonly connections: string[]

  constructor(scope: Construct, id: string, props: SocketProps) {
    super(scope, id)
    const accessLog = new logs.LogGroup(this, 'AccessLog', {
      retention: props.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    this.api = new apigateway.WebSocketApi(this, 'Api', {
      apiName: props.apiName,
      description: 'Live updates of runs',
    })
    this.stage = new apigateway.WebSocketStage(this, 'Stage', {
      webSocketApi: this.api,
      stageName: props.stageName,
      autoDeploy: true,
      detailedMetricsEnabled: true,
      throttle: { rateLimit: props.throttle.ratePerSecond, burstLimit: props.throttle.burst },
      accessLogSettings: {
        destination: new apigateway.LogGroupLogDestination(accessLog),
        format: accessLogFormat,
      },
    })
    this.stage.node.addDependency(this.mayLog())
    this.connections = ['POST', 'DELETE'].map((method) =>
      Stack.of(this).formatArn({
        service: 'execute-api',
        resource: this.api.apiId,
        resourceName: `${props.stageName}/${method}/@connections/*`,
        arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
      }),
    )
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason: 'Tokens, keys and tickets are checked in the function, before the upgrade',
    })
  }

  /** Sends everything to one function; what it returns to a text goes back to who sent it. */
  serve(socket: lambda.IFunction): void {
    const integration = (name: string) => new WebSocketLambdaIntegration(`To-${name}`, socket)
    this.api.addRoute('$connect', { integration: integration('connect') })
    this.api.addRoute('$disconnect', { integration: integration('disconnect') })
    this.api.addRoute('$default', { integration: integration('default'), returnResponse: true })
  }

  /**
   * WebSocket APIs log only where the account says under which role. This is a setting of the whole Region, so that it
   * outlives this stack, and the role does too: other APIs may log by it.
   */
  private mayLog(): CfnAccount {
    const statements = [new iam.PolicyStatement({ actions: logActions, resources: ['*'] })]
    const role = new iam.Role(this, 'LogRole', {
      assumedBy: new iam.ServicePrincipal('apigateway.amazonaws.com'),
      // Within the role, to stay when it does.
      inlinePolicies: { Log: new iam.PolicyDocument({ statements }) },
    })
    role.applyRemovalPolicy(RemovalPolicy.RETAIN)
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'The setting holds for every API of the account in this Region, whose log groups have any names',
    })
    const account = new CfnAccount(this, 'Account', { cloudWatchRoleArn: role.roleArn })
    account.applyRemovalPolicy(RemovalPolicy.RETAIN)
    return account
  }
}

const logActions = [
  'logs:CreateLogGroup',
  'logs:CreateLogStream',
  'logs:DescribeLogGroups',
  'logs:DescribeLogStreams',
  'logs:FilterLogEvents',
  'logs:GetLogEvents',
  'logs:PutLogEvents',
]

const accessLogFormat = AccessLogFormat.custom(
  JSON.stringify({
    at: '$context.requestTimeEpoch',
    requestId: '$context.requestId',
    awsRequestId: '$context.integration.requestId',
    route: '$context.routeKey',
    connection: '$context.connectionId',
    status: '$context.status',
    address: '$context.identity.sourceIp',
    error: '$context.integration.error',
  }),
)
