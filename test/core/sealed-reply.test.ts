import { afterAll, beforeAll, expect, test } from 'vitest'
import { openReply, sealReply } from '../../shared/core/sealed-reply.ts'
import { seal, unseal } from '../../shared/core/sealing.ts'
import type { World } from '../../shared/world.ts'
import { openTestWorld, type TestWorld } from '../world.ts'

let opened: TestWorld
let world: World
beforeAll(async () => {
  opened = await openTestWorld()
  world = opened.world
})
afterAll(() => opened.close())

const reply = { status: 201, body: { token: 'eyJ.a.b', nothing: null, list: [1, 'ü'] } }

test('a kept reply opens for the request that it answers, in any function, byte for byte', async () => {
  const text = await sealReply(world, 'request-1', reply)

  expect(JSON.stringify(await openReply(opened.another(), 'request-1', text))).toBe(JSON.stringify(reply))
  expect(text).not.toContain('eyJ.a.b')
})

test('a kept reply opens for no other request, and not when a part of it was changed', async () => {
  const text = await sealReply(world, 'request-1', reply)
  const changed = text.replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A'))

  for (const [of, tried] of [
    ['request-2', text],
    ['', text],
    ['request-1', changed],
    ['request-1', ''],
    ['request-1', 'x.y.z'],
  ] as const)
    await expect(openReply(world, of, tried)).rejects.toThrow()
})

test('B3 a kept reply is no sealed input, and the reverse', async () => {
  const of = { orgId: 'o', runId: 'r' }
  const [kept, sealed] = [await sealReply(world, 'o r', 'x'), await seal(world, of, 'x')]

  await expect(unseal(world, of, kept)).rejects.toThrow()
  await expect(openReply(world, 'o r', sealed)).rejects.toThrow()
})
