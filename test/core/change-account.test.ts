import { afterEach, beforeEach, expect, test } from 'vitest'
import { changeAccount } from '../../shared/core/change-account.ts'
import type { Principal } from '../../shared/core/principal.ts'
import type { World } from '../../shared/world.ts'
import { openTestWorld, type TestWorld } from '../world.ts'
import { found, join, password, tokenFor } from './people.ts'

let opened: TestWorld
let world: World
let admin: Principal
let user: Principal
beforeEach(async () => {
  opened = await openTestWorld()
  world = opened.world
  admin = await found(world, 'acme')
  user = await join(world, admin, 'user', 'u@acme.example')
})
afterEach(() => opened.close())

/** Another function, in which something else happens just before its first transaction. */
function interrupted(by: () => Promise<unknown>): World {
  const other = opened.another()
  let happened = false
  const middle = (next: (args: object) => Promise<object>, context: { commandName?: string }) => {
    return async (args: object) => {
      if (!happened && context.commandName === 'TransactWriteItemsCommand') {
        happened = true
        await by()
      }
      return await next(args)
    }
  }
  other.db.middlewareStack.add(middle as never, { step: 'initialize', name: 'interrupted' })
  return other
}

test('the old password does not undo a reset that came between', async () => {
  const reset = () => changeAccount(world, admin, user.accountId!, { password: 'reset horse' })
  const change = { password: 'thief horse', currentPassword: password }

  await expect(changeAccount(interrupted(reset), user, user.accountId!, change)).rejects.toMatchObject({
    code: 'validation_failed',
    details: { issues: [{ path: '/currentPassword', code: 'wrong' }] },
  })

  await tokenFor(world, 'u@acme.example', 'reset horse')
  await expect(tokenFor(world, 'u@acme.example', 'thief horse')).rejects.toMatchObject({
    code: 'unauthorized',
  })
})

test('a change of something else that came between is kept', async () => {
  const rename = () => changeAccount(world, admin, user.accountId!, { name: 'Renamed', role: 'viewer' })
  const change = { password: 'other horse', currentPassword: password }

  expect(await changeAccount(interrupted(rename), user, user.accountId!, change)).toMatchObject({
    name: 'Renamed',
    role: 'viewer',
  })
  await tokenFor(world, 'u@acme.example', 'other horse')
})
