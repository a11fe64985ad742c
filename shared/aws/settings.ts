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
    machineRoleArn: needed(env, 'SLUICE_MACHINE_ROLE_ARN'),
    machineLogGroupArn: needed(env, 'SLUICE_MACHINE_LOG_GROUP_ARN'),
    bucket: needed(env, 'SLUICE_BUCKET'),
    keyId: needed(env, 'SLUICE_KEY_ID'),
    signingSecretId: needed(env, 'SLUICE_SIGNING_SECRET'),
    sealingSecretId: needed(env, 'SLUICE_SEALING_SECRET'),
    ...schedules(env),
    baseUrl: needed(env, 'SLUICE_BASE_URL').replace(/\/+$/, ''),
    corsOrigins: list(env.SLUICE_CORS_ORIGINS),
    outboundAllow: list(env.SLUICE_OUTBOUND_ALLOW),
    accessTokenSeconds: tokenSeconds(env.ACCESS_TOKEN_SECONDS),
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

function tokenSeconds(text = '86400'): number {
  const seconds = Number(text)
  if (Number.isInteger(seconds) && seconds >= 300 && seconds <= 86_400) return seconds
  throw new Error(`ACCESS_TOKEN_SECONDS is "${text}"; give whole seconds from 300 to 86400`)
}
