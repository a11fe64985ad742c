/** What differs between deployments. Constructs take these as props and read nothing else. */
export interface Stage {
  /** Prefix of every physical name: 1-12 of `[a-z0-9-]`. */
  name: string
  /** True: stateful resources are retained and protected from deletion. */
  protected: boolean
  /** How long functions and machines keep their logs, in days. */
  logRetentionDays: 30 | 180
  /** Exact origins that may call from a browser. */
  corsOrigins: string[]
  /** Where alarms go; absent = nobody is told, the alarms are still there. */
  alarmEmail?: string
  /** Who mail comes from: an address of an identity that SES has verified; absent = flows send no mail. */
  mailFrom?: string
  /** The OpenAI-compatible provider of models; absent = steps and editors have none. */
  models?: { baseUrl: string; model?: string }
  /** Requests a second that the HTTP API lets through, and the burst above it. */
  throttle: { ratePerSecond: number; burst: number }
}

const stages: Record<string, Omit<Stage, 'name'>> = {
  dev: {
    protected: false,
    logRetentionDays: 30,
    corsOrigins: [],
    throttle: { ratePerSecond: 200, burst: 400 },
  },
  prod: {
    protected: true,
    logRetentionDays: 180,
    corsOrigins: [],
    throttle: { ratePerSecond: 2000, burst: 4000 },
  },
}

/**
 * What `cdk deploy -c` may say: `stage`, `alarmEmail`, `corsOrigins` (comma list), `mailFrom`, `llmBaseUrl`, `llmModel`.
 */
export interface StageChoice {
  stage?: string
  alarmEmail?: string
  corsOrigins?: string
  mailFrom?: string
  llmBaseUrl?: string
  llmModel?: string
}

/**
 * The stage that the CDK context names; `dev` when it names none, and sizes of `dev` for a name of your own.
 *
 * @throws if the name cannot be part of physical names, or `mailFrom` is no address.
 */
export function chooseStage(choice: StageChoice): Stage {
  const { stage = 'dev', alarmEmail, corsOrigins, mailFrom, llmBaseUrl, llmModel } = choice
  if (!/^[a-z][a-z0-9-]{0,11}$/.test(stage))
    throw new Error(`The stage "${stage}" must be 1-12 of a-z, 0-9 and "-", beginning with a letter`)
  if (mailFrom !== undefined && !/^[^\s@<>]+@[^\s@<>]+$/.test(mailFrom))
    throw new Error(`mailFrom "${mailFrom}" must be a plain e-mail address`)
  return {
    name: stage,
    ...(stages[stage] ?? stages.dev!),
    ...(alarmEmail === undefined ? {} : { alarmEmail }),
    ...(mailFrom === undefined ? {} : { mailFrom }),
    ...(llmBaseUrl === undefined
      ? {}
      : { models: { baseUrl: llmBaseUrl, ...(llmModel === undefined ? {} : { model: llmModel }) } }),
    ...(corsOrigins === undefined
      ? {}
      : { corsOrigins: corsOrigins.split(',').map((origin) => origin.trim()) }),
  }
}
