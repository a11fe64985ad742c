import type { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi'
import type { KMSClient } from '@aws-sdk/client-kms'
import type { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { SchedulerClient } from '@aws-sdk/client-scheduler'
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import type { SESv2Client } from '@aws-sdk/client-sesv2'
import type { SFNClient } from '@aws-sdk/client-sfn'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'

/** Any value that JSON can carry. */
export type Json = null | boolean | number | string | Json[] | { [member: string]: Json }

/** A JSON object. */
export type JsonObject = { [member: string]: Json }

/** Where time comes from: the machine's clock, or a fake one in tests. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number
  /** Resolves when the time is over. */
  sleep(milliseconds: number): Promise<void>
  /** Calls back once after the time, unless the returned function is called before. */
  after(milliseconds: number, callback: () => void): () => void
}

/** Where identifiers come from. */
export interface Ids {
  /** A random UUID v4, lower case. */
  uuid(): string
  /** A ULID: sorts by time of making. */
  ulid(): string
  /** Cryptographically random bytes as base64url. */
  secret(bytes: number): string
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Writes one structured line; never payloads, secrets or tokens. */
export interface Log {
  debug(message: string, fields?: Record<string, unknown>): void
  info(message: string, fields?: Record<string, unknown>): void
  warn(message: string, fields?: Record<string, unknown>): void
  error(message: string, fields?: Record<string, unknown>): void
}

/** Figures for whoever looks after the service; sent once an invocation is over. */
export interface Metrics {
  /** @param value how many. @default 1 */
  count(name: string, value?: number): void
  /** @param type a dimension besides the stage, e.g. the type of a step. */
  milliseconds(name: string, value: number, type?: string): void
  seconds(name: string, value: number): void
  flush(): Promise<void>
}

/** What an operator may set up besides AWS itself: a model provider for `enhance`, an address that sends e-mail. */
export type Feature = 'enhance' | 'email'

/** What the deployment says about itself, read once from the environment by `aws/settings.ts`. */
export interface Settings {
  /** Name of the stage; prefix of every physical name, e.g. `local`, `prod`. */
  stage: string
  /** Name of the one table. */
  table: string
  /** Unqualified name of the step function, written into every machine: `<stage>-sluice-step`. */
  stepFunction: string
  /** The same of the function that runs scripts: `<stage>-sluice-script`. */
  scriptFunction: string
  /** Role that compiled machines run under. */
  machineRoleArn: string
  /** Log group shared by all compiled machines. */
  machineLogGroupArn: string
  /** Name of the one bucket: uploaded files and large values. */
  bucket: string
  /** KMS key for secrets and task tokens. */
  keyId: string
  /** Secrets Manager id of the platform's signing secret (tokens, cursors, link nonces). */
  signingSecretId: string
  /** Where schedules are kept, and what they call; absent in functions that have nothing to do with them. */
  schedules?: { group: string; functionArn: string; roleArn: string; deadLetterArn?: string }
  /** Who mail comes from: an address of a verified identity; absent = this deployment sends no mail. */
  mailFrom?: string
  /** Secrets Manager id of the secret that sealed inputs are derived from. */
  sealingSecretId: string
  /** The operator's model provider, if there is one; `apiKey` is set on one machine only. */
  model?: { baseUrl: string; name: string | null; apiKey: string | null }
  /** Secrets Manager id of that provider's key; absent = `model.apiKey` counts. */
  modelSecretId?: string
  /** Public base URL without trailing slash; `iss` of access tokens. */
  baseUrl: string
  /** Id or slug of the organisation that paths without one mean; absent = the first that was made. */
  defaultOrganisation?: string
  /** What requests carry that came through CloudFront; `required`: no others are answered. */
  origin?: { secret: string; required: boolean }
  /** How long a synchronous call is waited for at the most, in seconds, 0-25. */
  syncSeconds: number
  /** Exact origins that may call from a browser. */
  corsOrigins: string[]
  /** Exact `host:port` pairs that steps may call although they are not public. */
  outboundAllow: string[]
  /** Life of an access token in seconds, 300-86400. */
  accessTokenSeconds: number
  /** Requests a minute, where an organisation has set nothing else; `address` is for open routes. */
  rates: { principal: number; organisation: number; address: number }
  /** Which of these the operator has set up. */
  features: Record<Feature, boolean>
  /** Names of the models that steps may ask. */
  models: readonly string[]
}

/** The operator's provider of models, OpenAI-compatible. */
export interface ModelProvider {
  /** What `/chat/completions` is put behind. */
  baseUrl: string
  /** For whoever names none. */
  model: string | null
  /** null = the provider asks for none. Sent to `baseUrl` alone. */
  apiKey: string | null
}

/** A call that leaves the service, judged by the outbound guard (hardening.md 2.3). */
export interface OutboundRequest {
  method: string
  url: string
  headers: Record<string, string>
  body?: string
  timeoutMs: number
  /** False: a redirect is the answer. @default true */
  followsRedirects?: boolean
}

/** What came back: the body is text, at most 5 MiB. */
export interface OutboundResponse {
  status: number
  headers: Record<string, string>
  body: string
  durationMs: number
}

/**
 * Calls an address that an author chose.
 *
 * @throws {StepError} `Http.Blocked` (the guard refused the address), `Http.Timeout`, `Http.Network`, `Http.TooLarge`.
 */
export type Outbound = (request: OutboundRequest) => Promise<OutboundResponse>

/**
 * Makes a URL that lets whoever has it do one thing with one object.
 *
 * @param how `seconds` that it opens something, from `at` (milliseconds since 1970); `headers` that a request must carry
 *   exactly as the command has them, by their names in lower case.
 */
export type SignUrl = (
  command: GetObjectCommand | PutObjectCommand,
  how: { seconds: number; at: number; headers?: string[] },
) => Promise<string>

/** Everything that is not the product's own logic, handed to every core function. */
export interface World {
  readonly settings: Settings
  readonly db: DynamoDBDocumentClient
  readonly states: SFNClient
  /** Same service, one attempt only: a retried StartSyncExecution would be a second run (aws.md 1.5.6). */
  readonly statesOnce: SFNClient
  readonly kms: KMSClient
  readonly secrets: SecretsManagerClient
  readonly scheduler: SchedulerClient
  readonly mail: SESv2Client
  readonly s3: S3Client
  readonly signUrl: SignUrl
  /** Writes to open WebSockets. */
  readonly connections: ApiGatewayManagementApiClient
  readonly outbound: Outbound
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  readonly metrics: Metrics
}
