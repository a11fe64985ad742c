import * as z from 'zod'
import { StepError } from '../step-error.ts'
import type { JsonObject } from '../world.ts'
import type { WorkStep } from './define.ts'
import { mailAddress } from './mail-address.ts'
import { isTemplate, templated, text } from './params.ts'
import { optionalText, seconds, secondsIn, textIn } from './user-params.ts'

const life = { usual: 300, least: 30, most: 86_400 }

const params = z.strictObject({
  to: templated(mailAddress),
  purpose: text.max(100),
  length: z.int().min(4).max(10).optional(),
  ttlSeconds: seconds(life.least, life.most).optional(),
  link: text
    .refine(
      (address) => isTemplate(address) || linkProblem(address) === null,
      'Expected an https URL with {code}',
    )
    .optional(),
  subject: text.max(998).optional(),
  text: text
    .refine(
      (words) => words.includes('{code}') || words.includes('{link}'),
      'Expected {code} or {link} in it',
    )
    .optional(),
  deliver: templated(z.boolean()).optional(),
})

/**
 * Sends a one-time code by mail; only the last one sent for a receiver and purpose counts. With `link` the address of a
 * page of the app's own goes along, which posts the code: following a link decides nothing. With `deliver: false` everything
 * is done but the sending. Errors: `Code.BadReceiver`, `Code.BadLink`, `Code.TooManySends` (5 in 15 minutes),
 * `Code.TooManyTries` (50 wrong codes in a day), and as `email`.
 */
export const codeSend: WorkStep<z.infer<typeof params>> = {
  type: 'code.send',
  kind: 'work',
  summary: 'Sends a one-time code by mail',
  params,
  output: ['sentTo', 'expiresAt'],
  example: {
    to: '{{form.email}}',
    purpose: 'registration',
    length: 6,
    ttlSeconds: 600,
    link: 'https://app.example/confirm?code={code}',
    subject: 'Your code',
    text: 'Enter {code}, or open {link}.',
    deliver: true,
  },
  feature: 'email',
  outcomes: () => [],
  secrets: false,
  compile: (written, place) => place.work(written as JsonObject),
  async run(args, { codes }) {
    const link = optionalText(args.link)
    const problem = link === null ? null : linkProblem(link)
    if (problem !== null) throw new StepError('Code.BadLink', problem)
    return await codes.send({
      to: receiverIn(args),
      purpose: textIn(args, 'purpose', 'Code.BadPurpose'),
      length: typeof args.length === 'number' ? args.length : 6,
      ttlSeconds: secondsIn(args, 'Code.BadLife', life),
      ...{ link, subject: optionalText(args.subject), text: optionalText(args.text) },
      deliver: args.deliver !== false,
    })
  },
}

/** What is no address could smuggle in a header or another receiver. */
function receiverIn({ to }: JsonObject): string {
  const read = mailAddress.safeParse(to)
  if (read.success) return read.data
  throw new StepError('Code.BadReceiver', 'to is no e-mail address')
}

function linkProblem(text: string): string | null {
  if (!text.includes('{code}')) return 'link has no {code}'
  return URL.parse(text)?.protocol === 'https:' ? null : 'link is no https URL'
}
