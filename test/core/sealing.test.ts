import { CompactEncrypt, decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signingSecret } from '../../shared/aws/platform-secrets.ts'
import { sealingSecret } from '../../shared/aws/sealing-secret.ts'
import { hideSealed, readHidden } from '../../shared/core/hidden.ts'
import { openSealed, type SealedFor, seal, sealMembers, unseal } from '../../shared/core/sealing.ts'
import type { Json, World } from '../../shared/world.ts'
import { openTestWorld, type TestWorld } from '../world.ts'

let opened: TestWorld
let world: World
beforeAll(async () => {
  opened = await openTestWorld()
  world = opened.world
})
afterAll(() => opened.close())

const mine: SealedFor = { orgId: 'org-1', runId: 'run-1' }
const others: [string, SealedFor][] = [
  ['run', { orgId: 'org-1', runId: 'run-2' }],
  ['organisation', { orgId: 'org-2', runId: 'run-1' }],
  ['run whose ids read the same when joined', { orgId: 'org-1 run-1', runId: '' }],
]

describe('a sealed value', () => {
  test.each<[string, Json]>([
    ['text', 'hunter2 und Ünïcödé 🐿'],
    ['empty text', ''],
    ['a number', 0],
    ['false', false],
    ['an object', { pin: ['1', 2, null] }],
    ['a text that is sealed itself', 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..a.b.c'],
    ['a megabyte', 'x'.repeat(1_000_000)],
  ])('comes back as it was: %s', async (_, value) => {
    expect(await unseal(world, mine, await seal(world, mine, value))).toEqual(value)
  })

  test('is a compact JWE with a direct key, and never twice the same', async () => {
    const [one, two] = [await seal(world, mine, 'hunter2'), await seal(world, mine, 'hunter2')]

    expect(decodeProtectedHeader(one)).toMatchObject({ alg: 'dir', enc: 'A256GCM' })
    expect(one.split('.').map((part) => part.length > 0)).toEqual([true, false, true, true, true])
    expect(one).not.toBe(two)
    expect(one).not.toContain(Buffer.from('hunter2').toString('base64url'))
  })

  test('opens in another function too', async () => {
    expect(await unseal(opened.another(), mine, await seal(world, mine, 'hunter2'))).toBe('hunter2')
  })

  test.each(others)('of one run does not open for another %s', async (_, other) => {
    const text = await seal(world, mine, 'hunter2')

    await expect(unseal(world, other, text)).rejects.toThrow()
    expect(await openSealed(world, other, { pin: text })).toEqual({ value: { pin: text }, opened: [] })
  })

  test('does not open when a character of any part was changed', async () => {
    const parts = (await seal(world, mine, 'hunter2')).split('.')
    for (const place of [0, 2, 3, 4]) {
      const part = parts[place]!
      const changed = (part.startsWith('A') ? 'B' : 'A') + part.slice(1)
      await expect(unseal(world, mine, parts.with(place, changed).join('.'))).rejects.toThrow()
    }
  })

  test('does not open when it was made with the platform secrets themselves', async () => {
    for (const secret of [await sealingSecret(world), await signingSecret(world)]) {
      const forged = await new CompactEncrypt(Buffer.from('"x"'))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', typ: 'sluice-sealed' })
        .encrypt(secret.slice(0, 32))
      await expect(unseal(world, mine, forged)).rejects.toThrow()
    }
  })

  test('does not open when its header asks for another algorithm', async () => {
    const forged = await new CompactEncrypt(Buffer.from('"x"'))
      .setProtectedHeader({ alg: 'PBES2-HS256+A128KW', enc: 'A256GCM', p2c: 1000 })
      .encrypt(Buffer.from('guess'))
    await expect(unseal(world, mine, forged)).rejects.toThrow()
  })
})

describe('members of an input', () => {
  test('are sealed by name, in a copy; what is absent or null stays', async () => {
    const inputs = { pin: '4711', codes: ['a', 'b'], gone: null, topic: 'plain' }

    const sealed = await sealMembers(world, mine, ['pin', 'codes', 'gone', 'missing', 'toString'], inputs)

    expect(inputs.pin).toBe('4711')
    expect(Object.keys(sealed)).toEqual(['pin', 'codes', 'gone', 'topic'])
    expect(sealed).toMatchObject({ gone: null, topic: 'plain' })
    expect(JSON.stringify(sealed)).not.toContain('4711')
    expect((await openSealed(world, mine, sealed)).value).toEqual(inputs)
  })

  test('open wherever an expression has put them, and are named for masking', async () => {
    const pin = await seal(world, mine, '4711')
    const codes = await seal(world, mine, ['a', 'b'])
    const foreign = await seal(world, { ...mine, runId: 'run-2' }, 'not yours')
    const value = { header: `Basic ${pin}:${pin}`, deep: [{ codes }], text: `<${codes}>`, foreign, n: 1 }

    const { value: plain, opened: names } = await openSealed(world, mine, value)

    expect(plain).toEqual({
      header: 'Basic 4711:4711',
      deep: [{ codes: ['a', 'b'] }],
      text: '<["a","b"]>',
      foreign,
      n: 1,
    })
    expect(names.toSorted()).toEqual(['4711', '["a","b"]'])
  })

  test('that look like a pattern of replace stay as they are', async () => {
    const pin = await seal(world, mine, "$& $1 $' $$")

    const { value } = await openSealed(world, mine, { text: `a ${pin} b` })

    expect(value).toEqual({ text: "a $& $1 $' $$ b" })
  })
})

describe('what is shown of a sealed value', () => {
  test('is three dots, in every place, whoever it belongs to', async () => {
    const pin = await seal(world, mine, '4711')
    const value = { pin, list: [`x ${pin} y ${pin}`], plain: 'text', n: 1, none: null }
    const shown = { pin: '•••', list: ['x ••• y •••'], plain: 'text', n: 1, none: null }

    expect(hideSealed(value)).toEqual(shown)
    expect(readHidden(JSON.stringify(value))).toEqual(shown)
  })

  test('a text that only begins like one stays as it is', async () => {
    const start = (await seal(world, mine, '4711')).slice(0, 60)

    expect(hideSealed({ start })).toEqual({ start })
  })
})
