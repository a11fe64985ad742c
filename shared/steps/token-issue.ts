import * as z from 'zod'
import { StepError } from '../step-error.ts'
import type { Json, JsonObject } from '../world.ts'
import type { WorkStep } from './define.ts'
import { text } from './params.ts'
import { members, objectIn, optionalText, seconds, secondsIn, textIn } from './user-params.ts'
import type { TicketTools } from './user-tools.ts'

const kinds = ['reset-ticket', 'invitation', 'assertion'] as const
const lives: Record<(typeof kinds)[number], number> = {
  'reset-ticket': 900,
  invitation: 604_800,
  assertion: 600,
}
const month = 2_592_000
const mostClaimBytes = 2048

const params = z
  .strictObject({
    kind: z.enum(kinds),
    userId: text.optional(),
    email: text.optional(),
    audience: text.optional(),
    claims: members.optional(),
    ttlSeconds: seconds(30, month).optional(),
  })
  .check(({ value, issues }) => {
    const report = (member: string, message: string) =>
      issues.push({ code: 'custom', path: [member], params: { code: 'required' }, message, input: value })
    if (value.kind !== 'invitation' && value.userId === undefined) report('userId', 'Say whose it is: userId')
    if (value.kind === 'invitation' && value.userId === undefined && value.email === undefined)
      report('email', 'Say who is invited: email')
    if (value.kind === 'assertion' && value.audience === undefined)
      report('audience', 'Say for which app it is: audience, e.g. {{trigger.data.applicationId}}')
  })

/**
 * Makes what proves something of a user: a ticket, which `token.check` takes once, or an assertion, a JWT that an app checks
 * with the keys at `/.well-known/jwks.json`. Records hide it; later working steps, and the client who is told the end of a
 * journey, are given it. Errors: `Token.BadUser`, `Token.NoAudience`, `Token.BadLife`, `Token.BadClaims`.
 */
export const tokenIssue: WorkStep<z.infer<typeof params>> = {
  type: 'token.issue',
  kind: 'work',
  summary: 'Makes a ticket or an assertion for a user',
  params,
  output: ['expiresAt'],
  example: {
    kind: 'assertion',
    userId: '{{user.userId}}',
    audience: '{{trigger.data.applicationId}}',
    claims: { email: '{{form.email}}' },
    ttlSeconds: 600,
  },
  outcomes: () => [],
  secrets: false,
  compile: (written, place) => place.work(written as JsonObject),
  async run(args, { tickets }) {
    const kind = args.kind as (typeof kinds)[number]
    const ttlSeconds = secondsIn(args, 'Token.BadLife', { usual: lives[kind], least: 30, most: month })
    const claims = objectIn(args, 'claims', 'Token.BadClaims')
    if (Buffer.byteLength(JSON.stringify(claims)) > mostClaimBytes)
      throw new StepError('Token.BadClaims', `claims may have ${mostClaimBytes} bytes`)
    if (kind === 'assertion') return await assertion(args, claims, ttlSeconds, tickets)
    const holder = { userId: optionalText(args.userId), email: optionalText(args.email), claims }
    if (holder.userId === null && holder.email === null)
      throw new StepError('Token.BadUser', 'userId and email are both empty')
    return await tickets.issue(kind, holder, ttlSeconds)
  },
}

async function assertion(
  args: JsonObject,
  claims: JsonObject,
  ttlSeconds: number,
  tickets: TicketTools,
): Promise<Json> {
  const reserved = Object.keys(claims).filter((name) => taken.has(name))
  if (reserved.length > 0) throw new StepError('Token.BadClaims', `claims may not say ${reserved.join(', ')}`)
  return await tickets.assert({
    userId: textIn(args, 'userId', 'Token.BadUser'),
    audience: textIn(args, 'audience', 'Token.NoAudience'),
    ...{ claims, ttlSeconds },
  })
}

/** What the token says by itself. */
const taken = new Set(['iss', 'sub', 'aud', 'exp', 'iat', 'nbf', 'jti', 'org'])
