import * as z from 'zod'
import type { JsonObject } from '../world.ts'
import type { WorkStep } from './define.ts'
import { templated, text } from './params.ts'
import { needsRow, optionalText, withRows } from './user-params.ts'
import type { TicketKind } from './user-tools.ts'

const params = z.strictObject({
  kind: z.enum(['reset-ticket', 'invitation']),
  ticket: text,
  consume: templated(z.boolean()).optional(),
})

/**
 * Checks a ticket of `token.issue`, and uses it up unless told otherwise. Unknown, old, used and of another kind are all
 * `invalid`. Errors: `Token.Invalid` unless `next` has a row `invalid`.
 */
export const tokenCheck: WorkStep<z.infer<typeof params>> = {
  type: 'token.check',
  kind: 'work',
  summary: 'Checks a ticket and uses it up',
  params,
  output: ['valid', 'userId', 'email', 'claims'],
  example: { kind: 'invitation', ticket: '{{inputs.ticket}}', consume: true },
  outcomes: () => ['invalid'],
  needsRows: ['invalid'],
  secrets: false,
  hides: ['ticket'],
  compile: (written, place) =>
    place.work(withRows(written as JsonObject, place.has, ['invalid']), {
      routes: [{ outcome: 'invalid', when: (variable) => `${variable}.valid = false` }],
    }),
  async run(args, { tickets }) {
    const ticket = optionalText(args.ticket) ?? ''
    const holder = await tickets.check(args.kind as TicketKind, ticket, args.consume !== false)
    if (holder === null) {
      needsRow(args, 'invalid', 'Token.Invalid', 'The ticket is not good')
      return { valid: false, userId: null, email: null, claims: null }
    }
    return { valid: true, ...holder }
  },
}
