import * as z from 'zod'
import type { JsonObject } from '../world.ts'
import type { WorkStep } from './define.ts'
import { text } from './params.ts'
import { members, needsRow, objectIn, passwordIn, textIn, withRows } from './user-params.ts'

const params = z.strictObject({ email: text, password: text.optional(), attributes: members.optional() })

/**
 * Makes an end user of the organisation; the e-mail is his alone there. Errors: `User.BadEmail`, `User.BadPassword`,
 * `User.BadAttributes`; `User.Exists` unless `next` has a row `exists`.
 */
export const userCreate: WorkStep<z.infer<typeof params>> = {
  type: 'user.create',
  kind: 'work',
  summary: 'Makes a user with e-mail, password and attributes',
  params,
  output: ['userId', 'exists'],
  example: {
    email: '{{form.email}}',
    password: '{{form.password}}',
    attributes: { name: '{{form.name}}' },
  },
  outcomes: () => ['exists'],
  needsRows: ['exists'],
  secrets: false,
  hides: ['password'],
  compile: (written, place) =>
    place.work(withRows(written as JsonObject, place.has, ['exists']), {
      routes: [{ outcome: 'exists', when: (variable) => `${variable}.exists = true` }],
    }),
  async run(args, { users }) {
    const user = await users.create({
      email: textIn(args, 'email', 'User.BadEmail'),
      password: passwordIn(args),
      attributes: objectIn(args, 'attributes', 'User.BadAttributes'),
    })
    if (user.exists) needsRow(args, 'exists', 'User.Exists', 'There is a user with this e-mail')
    return { ...user }
  },
}
