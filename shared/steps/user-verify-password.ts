import * as z from 'zod'
import type { JsonObject } from '../world.ts'
import type { WorkStep } from './define.ts'
import { text } from './params.ts'
import { named, nameIn, needsRow, oneName, withRows } from './user-params.ts'

const params = z.strictObject({ ...named, password: text }).check(oneName)

/**
 * Checks a user's password. A wrong one, a user that there is not and one without a password are all `invalid`, in equal
 * time. Errors: `User.TooManyAttempts`; `User.WrongPassword` unless `next` has a row `invalid`.
 */
export const userVerifyPassword: WorkStep<z.infer<typeof params>> = {
  type: 'user.verify-password',
  kind: 'work',
  summary: 'Checks the password of a user',
  params,
  output: ['userId', 'valid'],
  example: { email: '{{form.email}}', password: '{{form.password}}' },
  outcomes: () => ['invalid'],
  needsRows: ['invalid'],
  secrets: false,
  hides: ['password'],
  compile: (written, place) =>
    place.work(withRows(written as JsonObject, place.has, ['invalid']), {
      routes: [{ outcome: 'invalid', when: (variable) => `${variable}.valid = false` }],
    }),
  async run(args, { users }) {
    const userId = await users.verifyPassword(
      nameIn(args),
      typeof args.password === 'string' ? args.password : '',
    )
    if (userId === null) needsRow(args, 'invalid', 'User.WrongPassword', 'The password is not right')
    return { userId, valid: userId !== null }
  },
}
