import { describe, expect, test } from 'vitest'
import {
  hashingNow,
  hashPassword,
  isWeak,
  passwordIssues,
  verifyNobody,
  verifyPassword,
} from '../../shared/core/passwords.ts'

describe('B11 a password', () => {
  test.each([
    ['seven characters', '1234567'],
    ['129 characters', 'x'.repeat(129)],
    ['1 MB', 'x'.repeat(1_000_000)],
    ['seven characters of two units each', '😀'.repeat(7)],
    ['half a character', `12345678\ud800`],
  ])('of %s is refused', (_, password) => {
    expect(passwordIssues(password)).toEqual([expect.objectContaining({ path: '/password' })])
  })

  test.each([
    ['eight characters', '12345678'],
    ['128 characters', 'x'.repeat(128)],
    ['128 characters of two units each', '😀'.repeat(128)],
    ['spaces alone', '        '],
    ['any script', 'пароль密码パスワード'],
  ])('of %s is taken', async (_, password) => {
    expect(passwordIssues(password)).toEqual([])
    expect(await verifyPassword(password, await hashPassword(password))).toBe(true)
  })

  test('counts whole: a space at its end, and what comes after 72 bytes', async () => {
    const long = 'x'.repeat(72)
    const hash = await hashPassword(`${long}a`)

    expect(await verifyPassword(`${long}b`, hash)).toBe(false)
    expect(await verifyPassword(`${long}a `, hash)).toBe(false)
    expect(await verifyPassword(`${long}a`, hash)).toBe(true)
  })
})

test('B10 hashes are argon2id at today’s cost, each with a salt of its own', async () => {
  const [one, two] = [await hashPassword('correct horse'), await hashPassword('correct horse')]

  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
  expect(one).not.toBe(two)
  expect(isWeak(one)).toBe(false)
  expect(isWeak(one.replace('m=19456', 'm=19455'))).toBe(true)
  expect(isWeak(one.replace('t=2', 't=1'))).toBe(true)
})

test('the hash is the one that every argon2id implementation makes', async () => {
  // Of the reference implementation: echo -n password | argon2 somesalt -id -t 2 -k 65536 -p 1 -e
  const reference = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'

  expect(await verifyPassword('password', reference)).toBe(true)
  expect(await verifyPassword('Password', reference)).toBe(false)
})

test('nobody’s password is never right', async () => {
  expect(await verifyNobody('correct horse')).toBe(false)
})

test('B14 no more than four are hashed at once, and all of a crowd in turn', async () => {
  const crowd = Array.from({ length: 24 }, () => hashPassword('correct horse'))
  expect(hashingNow()).toEqual({ running: 4, waiting: 20 })
  const seen: number[] = []
  for (const hash of crowd) {
    await hash
    seen.push(hashingNow().running)
  }

  expect(Math.max(...seen)).toBe(4)
  expect(hashingNow()).toEqual({ running: 0, waiting: 0 })
})
