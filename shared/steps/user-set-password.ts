import * as z from 'zod'
import type { JsonObject } from '../world.ts'
import type { WorkStep } from './define.ts'
import { text } from './params.ts'
import { needsRow, passwordIn, withRows } from './user-params.ts'

const params = z.strictObject({ userId: text, password: text })

/** Gives a user a new password. Errors: `User.BadPassword`; `User.Missing` unless `next` has a row `missing`. */
export const userSetPassword: WorkStep<z.infer<typeof params>> = {
  type: 'user.set-password',
  kind: 'work',
  summary: 'Gives a user a new password',
  params,
  output: ['userId', 'found'],
  example: { userId: '{{user.userId}}', password: '{{form.password}}' },
  outcomes: () => ['missing'],
  needsRows: ['missing'],
  secrets: false,
  hides: ['password'],
  compile: (written, place) =>
    place.work(withRows(written as JsonObject, place.has, ['missing']), {
      routes: [{ outcome: 'missing', when: (variable) => `${variable}.found = false` }],
    }),
  async run(args, { users }) {
    const userId = typeof args.userId === 'string' ? args.userId : ''
    const found = await users.setPassword(userId, passwordIn(args) ?? '')
    if (!found) needsRow(args, 'missing', 'User.Missing', 'There is no such user')
    return { userId, found }
  },
}
