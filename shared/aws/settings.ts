import type { Settings } from '../world.ts'

/** The environment as a function or the local account sees it. */
export type Environment = Record<string, string | undefined>

/**
 * Reads what the deployment says about itself. The CDK app and the local account set these names; a missing one stops
 * the start, by name.
 *
 * @throws {Error} naming the variable that is missing or cannot be used.
 */
export function readSettings(env: Environment): Settings {
  const stage = needed(env, 'SLUICE_STAGE')
  return {
    stage,
    table: needed(env, 'SLUICE_TABLE'),
    stepFunction: `${stage}-sluice-step`,
    scriptFunction: `${stage}-sluice-script`,
    machineRoleArn: needed(env, 'SLUICE_MACHINE_ROLE_ARN'),
    machineLogGroupArn: needed(env, 'SLUICE_MACHINE_LOG_GROUP_ARN'),
    bucket: needed(env, 'SLUICE_BUCKET'),
    keyId: needed(env, 'SLUICE_KEY_ID'),
    signingSecretId: needed(env, 'SLUICE_SIGNING_SECRET'),
    sealingSecretId: needed(env, 'SLUICE_SEALING_SECRET'),
    ...schedules(env),
    ...(env.SLUICE_MAIL_FROM ? { mailFrom: env.SLUICE_MAIL_FROM } : {}),
    ...models(env),
    baseUrl: needed(env, 'SLUICE_BASE_URL').replace(/\/+$/, ''),
    ...(env.SLUICE_ORIGIN_SECRET
      ? { origin: { secret: env.SLUICE_ORIGIN_SECRET, required: env.SLUICE_ORIGIN_REQUIRED === 'true' } }
      : {}),
    syncSeconds: syncSeconds(env.SLUICE_SYNC_SECONDS),
    ...(env.SLUICE_DEFAULT_ORG ? { defaultOrganisation: env.SLUICE_DEFAULT_ORG } : {}),
    corsOrigins: list(env.SLUICE_CORS_ORIGINS),
    outboundAllow: list(env.SLUICE_OUTBOUND_ALLOW),
    accessTokenSeconds: tokenSeconds(env.ACCESS_TOKEN_SECONDS),
    rates: {
      principal: rate(env, 'SLUICE_PRINCIPAL_RATE', 600),
      organisation: rate(env, 'SLUICE_ORGANISATION_RATE', 3_000),
      address: rate(env, 'SLUICE_ADDRESS_RATE', 600),
    },
    features: {
      enhance: Boolean(env.SLUICE_LLM_BASE_URL && env.SLUICE_LLM_MODEL),
      email: Boolean(env.SLUICE_MAIL_FROM),
    },
    models: env.SLUICE_LLM_BASE_URL && env.SLUICE_LLM_MODEL ? [env.SLUICE_LLM_MODEL] : [],
  }
}

/** Set together, or not at all. */
function schedules(env: Environment): Pick<Settings, 'schedules'> {
  const { SLUICE_SCHEDULE_GROUP: group, SLUICE_SCHEDULE_DEAD_LETTERS: deadLetterArn } = env
  if (group === undefined) return {}
  return {
    schedules: {
      group,
      functionArn: needed(env, 'SLUICE_SCHEDULED_ARN'),
      roleArn: needed(env, 'SLUICE_SCHEDULE_ROLE_ARN'),
      ...(deadLetterArn === undefined ? {} : { deadLetterArn }),
    },
  }
}

/** The operator's model provider; without its address there is none. */
function models(env: Environment): Pick<Settings, 'model' | 'modelSecretId'> {
  const { SLUICE_LLM_BASE_URL: baseUrl, SLUICE_LLM_MODEL: name, SLUICE_LLM_API_KEY: apiKey } = env
  const secretId = env.SLUICE_LLM_SECRET
  if (!baseUrl) {
    const lost = ['SLUICE_LLM_MODEL', 'SLUICE_LLM_API_KEY', 'SLUICE_LLM_SECRET'].find((one) => env[one])
    if (lost !== undefined) throw new Error(`${lost} is set, but SLUICE_LLM_BASE_URL is not`)
    return {}
  }
  const url = URL.parse(baseUrl)
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash)
    throw new Error('SLUICE_LLM_BASE_URL must be an http or https URL without user name, query or fragment')
  return {
    model: { baseUrl, name: name || null, apiKey: apiKey || null },
    ...(secretId ? { modelSecretId: secretId } : {}),
  }
}

function needed(env: Environment, name: string): string {
  const value = env[name]
  if (value === undefined || value === '') throw new Error(`The environment variable ${name} is not set`)
  return value
}

function list(text = ''): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

function syncSeconds(text = '25'): number {
  const seconds = Number(text)
  if (text !== '' && Number.isInteger(seconds) && seconds >= 0 && seconds <= 25) return seconds
  throw new Error(`SLUICE_SYNC_SECONDS is "${text}"; give whole seconds from 0 to 25`)
}

/** Requests a minute. */
function rate(env: Environment, name: string, otherwise: number): number {
  const text = env[name]
  if (text === undefined || text === '') return otherwise
  const calls = Number(text)
  if (Number.isInteger(calls) && calls >= 1) return calls
  throw new Error(`${name} is "${text}"; give a whole number of requests a minute`)
}

function tokenSeconds(text = '86400'): number {
  const seconds = Number(text)
  if (Number.isInteger(seconds) && seconds >= 300 && seconds <= 86_400) return seconds
  throw new Error(`ACCESS_TOKEN_SECONDS is "${text}"; give whole seconds from 300 to 86400`)
}
