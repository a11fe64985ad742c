import type {
  ApiGatewayManagementApiClient,
  ApiGatewayManagementApiClientConfig,
} from '@aws-sdk/client-apigatewaymanagementapi'
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import type { KMSClient, KMSClientConfig } from '@aws-sdk/client-kms'
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3'
import type { SchedulerClient, SchedulerClientConfig } from '@aws-sdk/client-scheduler'
import type { SecretsManagerClient, SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager'
import type { SESv2Client, SESv2ClientConfig } from '@aws-sdk/client-sesv2'
import type { SFNClient, SFNClientConfig } from '@aws-sdk/client-sfn'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { lazily } from '../lazily.ts'
import type { World } from '../world.ts'
import { lazyClient } from './lazy-client.ts'
import type { Environment } from './settings.ts'

/** Parts of the SDK's clients that a caller may put in place of the usual ones: the SDK's own seams (aws.md 6.7). */
export interface ClientParts {
  /** Ways to a service other than the network. */
  dynamodb?: NonNullable<DynamoDBClientConfig['requestHandler']>
  states?: NonNullable<SFNClientConfig['requestHandler']>
  kms?: NonNullable<KMSClientConfig['requestHandler']>
  scheduler?: NonNullable<SchedulerClientConfig['requestHandler']>
  mail?: NonNullable<SESv2ClientConfig['requestHandler']>
  connections?: NonNullable<ApiGatewayManagementApiClientConfig['requestHandler']>
  secrets?: NonNullable<SecretsManagerClientConfig['requestHandler']>
  /** Besides the way, the address that URLs are signed for, and with what. */
  s3?: Pick<S3ClientConfig, 'requestHandler' | 'endpoint' | 'credentials'>
  /** How requests are addressed and authorised on those ways; @default signed, as AWS wants it */
  authorise?: Pick<
    DynamoDBClientConfig,
    'credentials' | 'endpoint' | 'endpointProvider' | 'httpAuthSchemeProvider' | 'httpAuthSchemes'
  >
  /** Changes the middleware of the clients that every run uses, on those ways. @default the SDK's own */
  plugin?: ClientPlugin
}

/** The SDK's seam for middleware, whatever the service. */
export type ClientPlugin = (client: {
  config: object
  middlewareStack: { add(...given: never[]): void; remove(name: string): boolean }
}) => void

/** The AWS clients of a World. */
export type Clients = Pick<
  World,
  'db' | 'states' | 'statesOnce' | 'kms' | 'secrets' | 'scheduler' | 's3' | 'signUrl' | 'mail' | 'connections'
>

/** Makes the SDK's clients; the only place that does. Region, credentials and endpoints are the SDK's to find. */
export function makeClients(env: Environment, parts: ClientParts = {}): Clients {
  const authorise = (parts.authorise ?? {}) as object
  const handled = <T>(requestHandler: T | undefined) =>
    requestHandler === undefined ? {} : { requestHandler, ...authorise }
  const states: SFNClientConfig = {
    ...handled(parts.states),
    // StartSyncExecution prefixes the host with `sync-`, which only AWS's own address has.
    disableHostPrefix: env.AWS_ENDPOINT_URL_SFN !== undefined,
  }
  const plugged = <Client extends Parameters<ClientPlugin>[0]>(client: Client) => {
    parts.plugin?.(client)
    return client
  }
  const statesClient = (config: SFNClientConfig) =>
    lazyClient<SFNClient>(async () => plugged((await import('./states-client.ts')).makeStatesClient(config)))
  const storage = lazily(async () =>
    (await import('./s3-client.ts')).makeS3Client({ ...storageStyle(env, parts), ...parts.s3 }),
  )
  return {
    db: DynamoDBDocumentClient.from(plugged(new DynamoDBClient(handled(parts.dynamodb))), {
      marshallOptions: { removeUndefinedValues: true },
    }),
    states: statesClient(states),
    statesOnce: statesClient({ ...states, maxAttempts: 1 }),
    kms: lazyClient<KMSClient>(async () =>
      plugged((await import('./key-client.ts')).makeKeyClient(handled(parts.kms))),
    ),
    scheduler: lazyClient<SchedulerClient>(async () =>
      (await import('./scheduler-client.ts')).makeSchedulerClient(handled(parts.scheduler)),
    ),
    mail: lazyClient<SESv2Client>(async () =>
      (await import('./mail-client.ts')).makeMailClient(handled(parts.mail)),
    ),
    connections: lazyClient<ApiGatewayManagementApiClient>(async () =>
      (await import('./connections-client.ts')).makeConnectionsClient(handled(parts.connections)),
    ),
    secrets: lazyClient<SecretsManagerClient>(async () =>
      (await import('./secrets-client.ts')).makeSecretsClient(handled(parts.secrets)),
    ),
    s3: lazyClient<S3Client>(async () => (await storage()).client),
    signUrl: async (command, how) => (await storage()).signUrl(command, how),
  }
}

/** Another address than AWS's own has no name for each bucket. */
function storageStyle(env: Environment, { s3 }: ClientParts): Pick<S3ClientConfig, 'forcePathStyle'> {
  return { forcePathStyle: s3?.endpoint !== undefined || env.AWS_ENDPOINT_URL_S3 !== undefined }
}
