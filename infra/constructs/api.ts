import { RemovalPolicy, Validations } from 'aws-cdk-lib'
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway'
import * as apigateway from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import type * as lambda from 'aws-cdk-lib/aws-lambda'
import * as logs from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'

/** A row of the route table, as far as the gateway cares. */
export interface ApiRoute {
  readonly method: string
  readonly path: string
  /** Names the function. */
  readonly face: string
}

export interface ApiProps {
  readonly apiName: string
  readonly throttle: { ratePerSecond: number; burst: number }
  readonly logRetentionDays: logs.RetentionDays
}

/** The HTTP API: a route per row of the route table, and `$default` for everything else. */
export class Api extends Construct {
  readonly api: apigateway.HttpApi

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id)
    const accessLog = new logs.LogGroup(this, 'AccessLog', {
      retention: props.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    this.api = new apigateway.HttpApi(this, 'Http', { apiName: props.apiName, createDefaultStage: false })
    new apigateway.HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      detailedMetricsEnabled: true,
      throttle: { rateLimit: props.throttle.ratePerSecond, burstLimit: props.throttle.burst },
      accessLogSettings: {
        destination: new apigateway.LogGroupLogDestination(accessLog),
        format: accessLogFormat,
      },
    })
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason:
        'Tokens and keys are checked in the functions: capabilities and open routes have no gateway authorizer',
    })
  }

  /** Adds the routes; `fallback` answers what fits none of them, in the words of the face that was meant. */
  serve(
    routes: readonly ApiRoute[],
    functions: ReadonlyMap<string, lambda.IFunction>,
    fallback: string,
  ): void {
    const integrations = new Map(
      [...functions].map(([face, target]) => [
        face,
        // One permission for the whole API: one per route would outgrow the function's policy.
        new HttpLambdaIntegration(`To-${face}`, target, { scopePermissionToRoute: false }),
      ]),
    )
    const integrationOf = (face: string): HttpLambdaIntegration => {
      const integration = integrations.get(face)
      if (integration === undefined)
        throw new Error(`The route table names a face without a function: ${face}`)
      return integration
    }
    for (const { method, path, face } of routes) {
      // HEAD goes with every GET.
      const methods =
        method === 'GET'
          ? [apigateway.HttpMethod.GET, apigateway.HttpMethod.HEAD]
          : [method as apigateway.HttpMethod]
      this.api.addRoutes({ path, methods, integration: integrationOf(face) })
    }
    new apigateway.HttpRoute(this, 'Default', {
      httpApi: this.api,
      routeKey: apigateway.HttpRouteKey.DEFAULT,
      integration: integrationOf(fallback),
    })
  }
}

const accessLogFormat = AccessLogFormat.custom(
  JSON.stringify({
    at: '$context.requestTimeEpoch',
    requestId: '$context.requestId',
    awsRequestId: '$context.integration.requestId',
    route: '$context.routeKey',
    status: '$context.status',
    bytes: '$context.responseLength',
    ms: '$context.responseLatency',
    address: '$context.identity.sourceIp',
    error: '$context.integrationErrorMessage',
  }),
)
