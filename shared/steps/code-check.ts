import * as z from 'zod'
import type { JsonObject } from '../world.ts'
import type { WorkStep } from './define.ts'
import { text } from './params.ts'
import { needsRow, optionalText, textIn, withRows } from './user-params.ts'

const params = z.strictObject({ to: text, purpose: text.max(100), code: text })

/**
 * Checks a one-time code: it is good once, and after five wrong ones no more. Wrong, old, used and never sent are all
 * `invalid`. Errors: `Code.Invalid` unless `next` has a row `invalid`.
 */
export const codeCheck: WorkStep<z.infer<typeof params>> = {
  type: 'code.check',
  kind: 'work',
  summary: 'Checks a one-time code',
  params,
  output: ['valid', 'attemptsLeft'],
  example: { to: '{{form.email}}', purpose: 'registration', code: '{{confirm.code}}' },
  outcomes: () => ['invalid'],
  needsRows: ['invalid'],
  secrets: false,
  hides: ['code'],
  compile: (written, place) =>
    place.work(withRows(written as JsonObject, place.has, ['invalid']), {
      routes: [{ outcome: 'invalid', when: (variable) => `${variable}.valid = false` }],
    }),
  async run(args, { codes }) {
    const tried = await codes.check({
      to: optionalText(args.to) ?? '',
      purpose: textIn(args, 'purpose', 'Code.BadPurpose'),
      code: typeof args.code === 'number' ? String(args.code) : (optionalText(args.code) ?? ''),
    })
    if (!tried.valid) needsRow(args, 'invalid', 'Code.Invalid', 'The code is not right')
    return { ...tried }
  },
}
