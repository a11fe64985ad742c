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

type Name = (typeof choices)[number]

/** What was chosen: texts from the command line; from `cdk.json` whatever JSON has for them. */
export type StageChoice = { [name in Name]?: unknown }

type Texts = { [name in Name]?: string }

/** @throws {CannotDeploy} for a name that is none of the choices: nothing else would tell of a slip of the pen. */
export function checkNames(said: readonly string[]): void {
  const known: readonly string[] = choices
  // Settings of cdk's own have colons, slashes or dashes in their names.
  const wrong = said.find((name) => /^[A-Za-z]+$/.test(name) && !known.includes(name))
  if (wrong !== undefined)
    throw new CannotDeploy(`There is nothing to choose that is called "${wrong}": ${choices.join(', ')}`)
}

/**
 * The stage that the CDK context names; `dev` when it names none, and sizes of `dev` for a name of your own.
 *
 * @param region where it is deployed to, if that is known.
 * @throws {CannotDeploy}
 */
export function chooseStage(said: StageChoice, region?: string): Stage {
  const choice = textsOf(said)
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
  const usual = (Object.hasOwn(stages, stage) ? stages[stage] : stages.dev) as Omit<Stage, 'name'>
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

/** As the command line would say it: `true`, `90`, a list with commas. */
function textsOf(said: StageChoice): Texts {
  const given = Object.entries(said).filter(([, value]) => value !== undefined && value !== null)
  return Object.fromEntries(given.map(([name, value]) => [name, textOf(name, value)]))
}

function textOf(name: string, value: unknown): string {
  const texts = Array.isArray(value) ? value : [value]
  if (texts.some((one) => !['string', 'number', 'boolean'].includes(typeof one)))
    throw new CannotDeploy(`${name} must be a text, a number, true or false, or a list of texts`)
  const text = texts.join(',')
  if (text.trim() === '') throw new CannotDeploy(`${name} is empty: leave it out, or say what it is`)
  return text
}

function modelsOf({ llmBaseUrl, llmModel }: Texts): Pick<Stage, 'models'> {
  if (llmBaseUrl === undefined) {
    if (llmModel !== undefined) throw new CannotDeploy('llmModel is set, but llmBaseUrl is not')
    return {}
  }
  const url = URL.parse(llmBaseUrl)
  // As the functions will read it: they would not start.
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash)
    throw new CannotDeploy(
      `llmBaseUrl "${llmBaseUrl}" must be an address such as https://models.example.com/v1, without user name, query or fragment`,
    )
  return { models: { baseUrl: llmBaseUrl, ...(llmModel === undefined ? {} : { model: llmModel }) } }
}

function domainOf({ domainName, certificateArn }: Texts): Pick<Stage, 'domain'> {
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

function firewallOf({ waf, webAclArn }: Texts, region = 'us-east-1'): Pick<Stage, 'firewall'> {
  if (waf !== undefined && waf !== 'true' && waf !== 'false')
    throw new CannotDeploy(`waf "${waf}" must be true or false`)
  if (webAclArn !== undefined) {
    if (waf !== undefined)
      throw new CannotDeploy('waf makes a web ACL, and webAclArn names one: say one of the two')
    if (!/^arn:aws[\w-]*:wafv2:us-east-1:\d{12}:global\/webacl\/.+$/.test(webAclArn))
      throw new CannotDeploy('webAclArn must be that of a web ACL for CloudFront, which lies in us-east-1')
    return { firewall: { webAclArn } }
  }
  if (waf !== 'true') return {}
  if (region !== 'us-east-1')
    throw new CannotDeploy(
      `waf=true makes a web ACL for CloudFront, which cannot lie in ${region}: make one in us-east-1, and give its webAclArn`,
    )
  return { firewall: { requestsPer5Minutes: usualBound } }
}

/** Days that CloudWatch knows. */
const retentions = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653]

function retentionOf(choice: Texts, { logRetentionDays }: Pick<Stage, 'logRetentionDays'>): number {
  const days = wholeNumber(choice, 'logRetentionDays', logRetentionDays, 1, 3653)
  if (retentions.includes(days)) return days
  throw new CannotDeploy(`logRetentionDays ${days} is none that CloudWatch knows: ${retentions.join(', ')}`)
}

function wholeNumber(choice: Texts, name: Name, usual: number, least: number, most: number): number {
  const text = choice[name]
  if (text === undefined) return usual
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN
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
