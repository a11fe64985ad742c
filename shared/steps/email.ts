import * as z from 'zod'
import { StepError } from '../step-error.ts'
import type { Json, JsonObject } from '../world.ts'
import type { WorkStep } from './define.ts'
import { mailAddress } from './mail-address.ts'
import { templated, text } from './params.ts'
import { joinHtml, splitHtml } from './view/html.ts'

const longestSubject = 998
const mostReceivers = 50

const address = templated(mailAddress)

const params = z
  .strictObject({
    to: z.union([address, z.array(address).min(1).max(mostReceivers)]),
    subject: text.max(longestSubject),
    text: text.optional(),
    html: text.optional(),
    replyTo: address.optional(),
  })
  .refine(({ text, html }) => text !== undefined || html !== undefined, {
    message: 'Expected text or html, or both',
    path: ['text'],
  })

/**
 * Sends a message through SES. In `html` the values of expressions are text, never markup: whoever signs up under the name of
 * a link writes no mail for others. Only an `html` that is one expression and nothing besides is HTML as it comes. Errors: `mail_not_configured` (the deployment has no sender), `Email.BadAddress`,
 * `Email.TooLarge`, `Email.Rejected` (SES takes no such message), `Email.Refused` (it takes none from this account now).
 */
export const email: WorkStep<z.infer<typeof params>> = {
  type: 'email',
  kind: 'work',
  summary: 'Sends an e-mail',
  params,
  output: ['messageId'],
  example: {
    to: ['{{customer.body.email}}', 'sales@example.com'],
    subject: 'Your renewal, {{customer.body.name}}',
    text: 'It is due.',
    html: '<p>It is due.</p>',
    replyTo: 'sales@example.com',
  },
  feature: 'email',
  outcomes: () => [],
  secrets: true,
  compile: (written, place) => place.work(apart(written as JsonObject)),
  async run({ to, subject, text, html, replyTo }, tools) {
    const { messageId } = await tools.sendMail({
      to: (Array.isArray(to) ? to : [to]).map((one) => readAddress(one)),
      subject: readText(subject),
      ...(isGiven(text) ? { text: readText(text) } : {}),
      ...(isGiven(html) ? { html: readHtml(html) } : {}),
      ...(isGiven(replyTo) ? { replyTo: readAddress(replyTo) } : {}),
    })
    return { messageId }
  },
}

/** Expressions between markup are sent apart. */
function apart(written: JsonObject): JsonObject {
  const { html } = written
  if (typeof html !== 'string') return written
  const parts = splitHtml(html).html
  const isWhole = parts.length === 3 && `${parts[0]}${parts[2]}`.trim() === ''
  return parts.length === 1 || isWhole ? written : { ...written, html: { html: parts } }
}

function readHtml(html: Json): string {
  const parts = typeof html === 'object' && html !== null && 'html' in html ? html.html : undefined
  return Array.isArray(parts) ? joinHtml(parts.map(readText)) : readText(html)
}

function isGiven(value: Json | undefined): value is Json {
  return value !== undefined && value !== null
}

/** @throws {StepError} `Email.BadAddress`: what is no address could smuggle in a header or another receiver. */
function readAddress(value: Json | undefined): string {
  const read = mailAddress.safeParse(value)
  if (read.success) return read.data
  throw new StepError('Email.BadAddress', 'to and replyTo must be e-mail addresses')
}

function readText(value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
