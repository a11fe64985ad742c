/** What each suite of `npm run contract` asks: an endpoint, `aws`, or null for the local account. */
export interface Targets {
  dynamodb: string | null
  states: string | null
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Under `npm run contract` alone: whatever the environment has, `npm test` asks the local account. */
    contract: Targets | undefined
  }
}

type Environment = Record<string, string | undefined>

/**
 * What the environment points at: the variables of the suites first, then those of the SDK, then a profile. Keys without a
 * profile, which shells carry for other work, ask nobody.
 */
export function readTargets(env: Environment): Targets {
  const { AWS_ENDPOINT_URL: everyService, AWS_PROFILE: profile } = env
  const byProfile = profile ? 'aws' : null
  // An account has no role and no function that suites could guess.
  const canRunMachines = env.SLUICE_CONTRACT_ROLE && env.SLUICE_CONTRACT_FUNCTION
  return {
    dynamodb: env.SLUICE_CONTRACT_DYNAMODB || env.AWS_ENDPOINT_URL_DYNAMODB || everyService || byProfile,
    states:
      env.SLUICE_CONTRACT_STATES ||
      env.AWS_ENDPOINT_URL_SFN ||
      everyService ||
      (canRunMachines ? byProfile : null),
  }
}

/** What will be asked, a line for each suite. */
export function tellTargets({ dynamodb, states }: Targets, env: Environment): string {
  const lacksRole = states === null && dynamodb === 'aws' && env.AWS_PROFILE
  const why = lacksRole ? ', since SLUICE_CONTRACT_ROLE and SLUICE_CONTRACT_FUNCTION are not both set' : ''
  return `DynamoDB:       ${nameOf(dynamodb, env)}
Step Functions: ${nameOf(states, env)}${why}
Flows:          ${env.SLUICE || 'a local account that is started'}`
}

function nameOf(target: string | null, { AWS_PROFILE, AWS_REGION, AWS_DEFAULT_REGION }: Environment): string {
  if (target === null) return 'the local account'
  if (target !== 'aws') return target
  const who = AWS_PROFILE ? `the profile ${AWS_PROFILE}` : "the environment's credentials"
  return `the AWS account of ${who}, ${AWS_REGION ?? AWS_DEFAULT_REGION ?? 'in its own region'}`
}

/** True if somebody pays for it. */
export function isBilled({ dynamodb, states }: Targets): boolean {
  return [dynamodb, states].some(
    (target) => target === 'aws' || /\.amazonaws\.com(\.cn)?\b/.test(target ?? ''),
  )
}

/** How an SDK client reaches what is not the local account. */
export function settingsFor(target: string, env: Environment = process.env) {
  if (target === 'aws') return {}
  const isKnown = env.AWS_PROFILE || env.AWS_ACCESS_KEY_ID
  // Servers such as DynamoDB Local take any credentials, but not none.
  const anybody = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }
  return { endpoint: target, ...(isKnown ? {} : anybody) }
}
