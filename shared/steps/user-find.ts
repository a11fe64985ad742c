import * as z from 'zod'
import type { JsonObject } from '../world.ts'
import type { WorkStep } from './define.ts'
import { named, nameIn, oneName } from './user-params.ts'

const params = z.strictObject(named).check(oneName)

/** Finds an end user by e-mail or id. Of one that there is not, every member is null. */
export const userFind: WorkStep<z.infer<typeof params>> = {
  type: 'user.find',
  kind: 'work',
  summary: 'Finds a user by e-mail or id',
  params,
  output: ['userId', 'found', 'email', 'attributes'],
  example: { email: '{{form.email}}' },
  outcomes: () => ['missing'],
  secrets: false,
  compile: (written, place) =>
    place.work(written as JsonObject, {
      routes: [{ outcome: 'missing', when: (variable) => `${variable}.found = false` }],
    }),
  async run(args, { users }) {
    const user = await users.find(nameIn(args))
    if (user === null) return { userId: null, found: false, email: null, attributes: null }
    return { ...user, found: true }
  },
}
