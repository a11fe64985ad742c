import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Duration, Stack, Validations } from 'aws-cdk-lib'
import * as acm from 'aws-cdk-lib/aws-certificatemanager'
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront'
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins'
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager'
import * as wafv2 from 'aws-cdk-lib/aws-wafv2'
import { Construct } from 'constructs'
import type { Firewall } from '../stages.ts'

export interface FrontProps {
  /** Id of the HTTP API. */
  readonly apiId: string
  /** Id of the WebSocket API. */
  readonly socketApiId: string
  /** Stage name, part of names, and the one path of the WebSocket API. */
  readonly stage: string
  /** The deployment's own name, with its certificate from us-east-1; @default CloudFront's */
  readonly domain?: { readonly name: string; readonly certificateArn: string }
  /** @default none */
  readonly firewall?: Firewall
}

/** Header by which the functions know that a request came by here, and not past it. */
export const originHeader = 'sluice-origin'

/** One address for everything: HTTP and WebSocket API behind CloudFront, with its firewall if there is one (aws.md 4.6). */
export class Front extends Construct {
  /** Public base URL without trailing slash. */
  readonly url: string
  /** CloudFront's own name, where the DNS record of a `domain` leads to. */
  readonly distributionName: string
  /** What requests from here carry; nobody else has it. */
  readonly secret: secretsmanager.Secret

  constructor(scope: Construct, id: string, props: FrontProps) {
    super(scope, id)
    this.secret = new secretsmanager.Secret(this, 'Origin', {
      description: 'Tells requests that came through CloudFront from those that went past it',
      generateSecretString: { passwordLength: 48, excludePunctuation: true },
    })
    const common = this.behaviour(props.stage)
    const webAcl = this.aclOf(props.firewall)
    const distribution = new cloudfront.Distribution(this, 'Distribution', {
      comment: 'Sluice: the HTTP API, and the WebSocket API below /ws/',
      defaultBehavior: { ...common, origin: this.originOf(props.apiId) },
      additionalBehaviors: { '/ws/*': { ...common, origin: this.originOf(props.socketApiId) } },
      httpVersion: cloudfront.HttpVersion.HTTP2_AND_3,
      ...(props.domain === undefined ? {} : this.named(props.domain)),
      ...(webAcl === undefined ? {} : { webAclId: webAcl }),
    })
    this.distributionName = distribution.distributionDomainName
    this.url = `https://${props.domain?.name ?? this.distributionName}`
    this.acknowledge(distribution, props)
  }

  private behaviour(stage: string): Omit<cloudfront.BehaviorOptions, 'origin'> {
    const file = join(import.meta.dirname, '../front/viewer-request.js')
    const code = readFileSync(file, 'utf8').replace('/SOCKET_STAGE', `/${stage}`)
    const atTheEdge = new cloudfront.Function(this, 'ViewerRequest', {
      code: cloudfront.FunctionCode.fromInline(code),
      runtime: cloudfront.FunctionRuntime.JS_2_0,
      comment: 'Says who calls; leads /ws/executions/{id} to the WebSocket API',
    })
    return {
      allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL,
      cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED,
      // Authorization among them; the gateway would not know itself by another Host.
      originRequestPolicy: cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      responseHeadersPolicy: this.headers(stage),
      viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
      functionAssociations: [{ function: atTheEdge, eventType: cloudfront.FunctionEventType.VIEWER_REQUEST }],
    }
  }

  /** What the functions say themselves stands; what CloudFront answers by itself has them too. */
  private headers(stage: string): cloudfront.ResponseHeadersPolicy {
    return new cloudfront.ResponseHeadersPolicy(this, 'Headers', {
      // An account has one of each name: the same stage may be in another region too.
      responseHeadersPolicyName: `${stage}-sluice-${Stack.of(this).region}`,
      securityHeadersBehavior: {
        contentTypeOptions: { override: false },
        referrerPolicy: {
          referrerPolicy: cloudfront.HeadersReferrerPolicy.NO_REFERRER,
          override: false,
        },
        strictTransportSecurity: {
          accessControlMaxAge: Duration.days(365),
          includeSubdomains: true,
          override: false,
        },
      },
    })
  }

  private originOf(apiId: string): cloudfront.IOrigin {
    const { region, urlSuffix } = Stack.of(this)
    return new origins.HttpOrigin(`${apiId}.execute-api.${region}.${urlSuffix}`, {
      protocolPolicy: cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
      originSslProtocols: [cloudfront.OriginSslPolicy.TLS_V1_2],
      readTimeout: Duration.seconds(30),
      customHeaders: { [originHeader]: this.secret.secretValue.unsafeUnwrap() },
    })
  }

  private named({ name, certificateArn }: NonNullable<FrontProps['domain']>) {
    return {
      domainNames: [name],
      certificate: acm.Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
      // Without a certificate of one's own, CloudFront decides it.
      minimumProtocolVersion: cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
    }
  }

  /** The operator's own list of rules, or AWS's common ones and a bound for each address. */
  private aclOf(firewall: Firewall | undefined): string | undefined {
    if (firewall === undefined || firewall.webAclArn !== undefined) return firewall?.webAclArn
    const visibility = (metricName: string) => ({
      cloudWatchMetricsEnabled: true,
      sampledRequestsEnabled: true,
      metricName,
    })
    return new wafv2.CfnWebACL(this, 'Firewall', {
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      visibilityConfig: visibility('SluiceFirewall'),
      rules: [
        {
          name: 'PerAddress',
          priority: 0,
          action: { block: {} },
          statement: { rateBasedStatement: { limit: firewall.requestsPer5Minutes, aggregateKeyType: 'IP' } },
          visibilityConfig: visibility('PerAddress'),
        },
        ...['AWSManagedRulesAmazonIpReputationList', 'AWSManagedRulesKnownBadInputsRuleSet'].map(
          (name, at) => ({
            name,
            priority: at + 1,
            overrideAction: { none: {} },
            statement: { managedRuleGroupStatement: { vendorName: 'AWS', name } },
            visibilityConfig: visibility(name),
          }),
        ),
      ],
    }).attrArn
  }

  private acknowledge(distribution: cloudfront.Distribution, { domain, firewall }: FrontProps): void {
    Validations.of(distribution).acknowledge(
      { id: 'AwsSolutions-CFR1', reason: 'The service is for people everywhere' },
      {
        id: 'AwsSolutions-CFR3',
        reason: 'Nothing is cached: every request is in the access log of the API behind it',
      },
      ...(firewall === undefined
        ? [{ id: 'AwsSolutions-CFR2', reason: 'A firewall is the operator’s choice: -c waf=true' }]
        : []),
      ...(domain === undefined
        ? [{ id: 'AwsSolutions-CFR4', reason: 'CloudFront’s own name has CloudFront’s own certificate' }]
        : []),
    )
    Validations.of(this.secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'It stands in the distribution and in the functions: a new one comes with a deployment',
    })
  }
}
