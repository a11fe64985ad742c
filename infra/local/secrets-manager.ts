import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from '../../shared/world.ts'
import { CannotStart } from './data-folder.ts'
import type { Call, Endpoint, Reply } from './endpoint.ts'
import { refusal } from './endpoint.ts'
import { writePrivateFile } from './private-file.ts'

export interface SecretsManagerOptions {
  dir: string
  /** Ids of the secrets there are. */
  names: string[]
  log?: Log
}

/** What the endpoint knows of one secret. */
interface Secret {
  value: string
  versionId: string
  /** Seconds since 1970. */
  createdAt: number
}

const arnPrefix = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:'
const arnSuffix = '-local0'
const secretBytes = 48

/**
 * The Secrets Manager endpoint of the local account: GetSecretValue of the secrets named here. Each is 48 random bytes
 * as base64url, made the first time and kept with mode 0600.
 *
 * @throws {CannotStart} when the file of the secrets cannot be read.
 */
export function openSecretsManager({ dir, names, log }: SecretsManagerOptions): Endpoint {
  const secrets = openSecrets(join(dir, 'secrets.json'), names)
  return { service: 'SECRETS_MANAGER', handle: async (call) => handle(secrets, log, call) }
}

function openSecrets(file: string, names: string[]): Map<string, Secret> {
  const secrets = readSecrets(file)
  const missing = names.filter((name) => !secrets.has(name))
  for (const name of missing) {
    const value = randomBytes(secretBytes).toString('base64url')
    secrets.set(name, { value, versionId: randomUUID(), createdAt: Math.floor(Date.now() / 1000) })
  }
  if (missing.length > 0) writePrivateFile(file, JSON.stringify(Object.fromEntries(secrets)))
  return secrets
}

function readSecrets(file: string): Map<string, Secret> {
  if (!existsSync(file)) return new Map()
  try {
    return new Map(Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, Secret>))
  } catch (error) {
    throw new CannotStart(
      `The secrets in ${file} cannot be read (${(error as Error).message}). Restore it from a copy.`,
    )
  }
}

function handle(secrets: Map<string, Secret>, log: Log | undefined, { target, body }: Call): Reply {
  if (target !== 'secretsmanager.GetSecretValue') {
    log?.warn(`Secrets Manager operation ${target} is not served here`)
    return refusal('UnknownOperationException', `Secrets Manager operation ${target} is not served here`)
  }
  const name = readName(body)
  const secret = name === undefined ? undefined : secrets.get(name)
  if (name === undefined || !secret)
    return refusal('ResourceNotFoundException', "Secrets Manager can't find the specified secret.")
  return {
    status: 200,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify({
      ARN: `${arnPrefix}${name}${arnSuffix}`,
      Name: name,
      SecretString: secret.value,
      VersionId: secret.versionId,
      VersionStages: ['AWSCURRENT'],
      CreatedDate: secret.createdAt,
    }),
  }
}

/** The name in a request, which may be given as an ARN. */
function readName(body: string): string | undefined {
  let request: unknown
  try {
    request = JSON.parse(body)
  } catch {
    return undefined
  }
  const { SecretId } = (request ?? {}) as { SecretId?: unknown }
  if (typeof SecretId !== 'string') return undefined
  const isArn = SecretId.startsWith(arnPrefix) && SecretId.endsWith(arnSuffix)
  return isArn ? SecretId.slice(arnPrefix.length, -arnSuffix.length) : SecretId
}
