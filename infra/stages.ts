import { localStage } from './doors.ts'

/** Which requests are turned away before they cost anything: rules of the operator's own, or a bound per address. */
export type Firewall =
  | { webAclArn: string; requestsPer5Minutes?: never }
  | { webAclArn?: never; requestsPer5Minutes: number }

/** What differs between deployments. Constructs take these as props and read nothing else. */
export interface Stage {
  /** Prefix of every physical name: 1-12 of `[a-z0-9]`, not `local`. */
  name: string
  /** True: stateful resources are retained and protected from deletion. */
  protected: boolean
  /** How long functions and machines keep their logs, in days. */
  logRetentionDays: number
  /** Exact origins that may call from a browser. */
  corsOrigins: string[]
  /** Where alarms go; absent = nobody is told, the alarms are still there. */
  alarmEmail?: string
  /** Who mail comes from: an address of an identity that SES has verified; absent = flows send no mail. */
  mailFrom?: string
  /** The OpenAI-compatible provider of models; absent = steps and editors have none. */
  models?: { baseUrl: string; model?: string }
  /** The deployment's own name and its certificate from us-east-1; absent = CloudFront's name. */
  domain?: { name: string; certificateArn: string }
  /** Absent = there is none. */
  firewall?: Firewall
  /** How long a synchronous call is waited for at the most, in seconds. */
  syncSeconds: number
  /** Id or slug of the organisation that paths without one mean; absent = the first that was made. */
  defaultOrganisation?: string
  /** Requests a second that the HTTP API lets through, and the burst above it. */
  throttle: { ratePerSecond: number; burst: number }
}

const stages: Record<string, Omit<Stage, 'name'>> = {
  dev: {
    protected: false,
    logRetentionDays: 30,
    syncSeconds: 25,
    corsOrigins: [],
    throttle: { ratePerSecond: 200, burst: 400 },
  },
  prod: {
    protected: true,
    logRetentionDays: 180,
    syncSeconds: 25,
    corsOrigins: [],
    throttle: { ratePerSecond: 2000, burst: 4000 },
  },
}

/** What `cdk deploy -c <name>=<value>` may say; README has the table. */
export const choices = [
  'stage',
  'alarmEmail',
  'corsOrigins',
  'mailFrom',
  'llmBaseUrl',
  'llmModel',
  'domainName',
  'certificateArn',
  'waf',
  'webAclArn',
  'logRetentionDays',
  'syncSeconds',
  'defaultOrganisation',
] as const

/** A choice that cannot be made: one sentence says what is wrong and what would be right. */
export class CannotDeploy extends Error {}

/** What a stage may set; the rest has defaults. */
export type StageChoice = { [Name in (typeof choices)[number]]?: string | undefined }

/**
 * The stage that the CDK context names; `dev` when it names none, and sizes of `dev` for a name of your own.
 *
 * @param region where it is deployed to, if that is known.
 * @throws {CannotDeploy}
 */
export function chooseStage(choice: StageChoice, region?: string): Stage {
  const { stage = 'dev', alarmEmail, corsOrigins, mailFrom, defaultOrganisation } = choice
  // Names begin with the stage and a dash, and permissions go by that: `dev` would reach what is `dev-eu`'s.
  if (!/^[a-z][a-z0-9]{0,11}$/.test(stage))
    throw new CannotDeploy(`The stage "${stage}" must be 1-12 of a-z and 0-9, beginning with a letter`)
  if (stage === localStage)
    throw new CannotDeploy(
      `The stage may not be called "${stage}": "${localStage}" is what runs on this machine, so take another name, such as "dev"`,
    )
  const plain = { mailFrom, alarmEmail }
  for (const [name, address] of Object.entries(plain))
    if (address !== undefined && !/^[^\s@<>]+@[^\s@<>]+$/.test(address))
      throw new CannotDeploy(`${name} "${address}" must be a plain e-mail address`)
  const usual = stages[stage] ?? (stages.dev as Omit<Stage, 'name'>)
  return {
    name: stage,
    ...usual,
    logRetentionDays: retentionOf(choice, usual),
    syncSeconds: wholeNumber(choice, 'syncSeconds', usual.syncSeconds, 0, 25),
    ...(alarmEmail === undefined ? {} : { alarmEmail }),
    ...(mailFrom === undefined ? {} : { mailFrom }),
    ...(defaultOrganisation === undefined ? {} : { defaultOrganisation }),
    ...modelsOf(choice),
    ...domainOf(choice),
    ...firewallOf(choice, region),
    ...(corsOrigins === undefined ? {} : { corsOrigins: originsOf(corsOrigins) }),
  }
}

function modelsOf({ llmBaseUrl, llmModel }: StageChoice): Pick<Stage, 'models'> {
  if (llmBaseUrl === undefined) {
    if (llmModel !== undefined) throw new CannotDeploy('llmModel is set, but llmBaseUrl is not')
    return {}
  }
  return { models: { baseUrl: llmBaseUrl, ...(llmModel === undefined ? {} : { model: llmModel }) } }
}

function domainOf({ domainName, certificateArn }: StageChoice): Pick<Stage, 'domain'> {
  if (domainName === undefined && certificateArn === undefined) return {}
  if (domainName === undefined || certificateArn === undefined)
    throw new CannotDeploy('domainName and certificateArn go together: give both, or neither')
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domainName))
    throw new CannotDeploy(`domainName "${domainName}" must be a host name such as flows.example.com`)
  if (!/^arn:aws[\w-]*:acm:us-east-1:\d{12}:certificate\/.+$/.test(certificateArn))
    throw new CannotDeploy(
      'certificateArn must be that of a certificate in us-east-1: CloudFront takes no other',
    )
  return { domain: { name: domainName, certificateArn } }
}

/** Requests of one address in five minutes. */
const usualBound = 6_000

function firewallOf({ waf, webAclArn }: StageChoice, region = 'us-east-1'): Pick<Stage, 'firewall'> {
  if (webAclArn !== undefined) {
    if (!/^arn:aws[\w-]*:wafv2:us-east-1:\d{12}:global\/webacl\/.+$/.test(webAclArn))
      throw new CannotDeploy('webAclArn must be that of a web ACL for CloudFront, which lies in us-east-1')
    return { firewall: { webAclArn } }
  }
  if (waf === undefined || waf === 'false') return {}
  if (waf !== 'true') throw new CannotDeploy(`waf "${waf}" must be true or false`)
  if (region !== 'us-east-1')
    throw new CannotDeploy(
      `waf=true makes a web ACL for CloudFront, which cannot lie in ${region}: make one in us-east-1, and give its webAclArn`,
    )
  return { firewall: { requestsPer5Minutes: usualBound } }
}

/** Days that CloudWatch knows. */
const retentions = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653]

function retentionOf(choice: StageChoice, { logRetentionDays }: Pick<Stage, 'logRetentionDays'>): number {
  const days = wholeNumber(choice, 'logRetentionDays', logRetentionDays, 1, 3653)
  if (retentions.includes(days)) return days
  throw new CannotDeploy(`logRetentionDays ${days} is none that CloudWatch knows: ${retentions.join(', ')}`)
}

function wholeNumber(
  choice: StageChoice,
  name: (typeof choices)[number],
  usual: number,
  least: number,
  most: number,
): number {
  const text = choice[name]
  if (text === undefined) return usual
  const number = Number(text)
  if (Number.isInteger(number) && number >= least && number <= most) return number
  throw new CannotDeploy(`${name} "${text}" must be a whole number from ${least} to ${most}`)
}

function originsOf(list: string): string[] {
  const origins = list.split(',').map((origin) => origin.trim())
  for (const origin of origins)
    if (URL.parse(origin)?.origin !== origin)
      throw new CannotDeploy(`corsOrigins: "${origin}" must be an origin such as https://app.example.com`)
  return origins
}
