import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Drive, drive } from './drive.ts'
import { echoesOf, formsOf } from './forms-of.ts'

// J1 of hardening.md, in one place: what must stay secret is planted wherever it may be given, runs of every kind go well and
// badly with it, every route that shows something is asked, and then everything that was told or kept is searched.

let driven: Drive
beforeAll(async () => {
  driven = await drive()
}, 60_000)
afterAll(() => driven.close())

/** Where a canary stands, but for where it is meant to. */
function found(name: string): string[] {
  const canary = driven.canaries.find((one) => one.name === name)
  if (canary === undefined) throw new Error(`Nobody has planted ${name}`)
  const forms = formsOf(canary.value)
  return driven.sunk
    .filter((one) => !canary.isMeantFor(one) && forms.some((form) => one.text.includes(form)))
    .map(({ sink, at }) => `${sink} ${at}`)
}

test.each([
  'secret of the organisation',
  'secret of an account',
  'secret of a webhook trigger',
  'guessed secret of a webhook trigger',
  'password input',
  'guessed password input',
  'password answered by the API',
  'password answered by a link',
  'password of a user',
  'refused password of a user',
  'sensitive field',
  'one-time code',
  'guessed one-time code',
  'password of an account',
  'guessed password of an account',
  'API key',
  'access token',
  'refreshed token',
  'signing secret of a webhook endpoint',
  'rotated signing secret',
  'flowId',
  'reset ticket',
  'link token',
  'share token',
  'resume token',
  'socket ticket',
  'task token',
])('J1 a %s stands nowhere but where it is meant for', (name) => {
  expect(found(name)).toEqual([])
})

const used = [
  'secret of the organisation',
  'secret of an account',
  'password input',
  'password answered by the API',
  'password answered by a link',
  'password of a user',
  'sensitive field',
]

describe('the search', () => {
  test('finds what is there, in every form', () => {
    const value = `cnry "<&>'+/ 7`
    const isFound = (text: string) => formsOf(value).some((form) => text.includes(form))

    for (const text of echoesOf(value)) expect([text, isFound(text)]).toEqual([text, true])
    for (const text of echoesOf(value.replace('cnry', 'cmrx'))) expect(isFound(text)).toBe(false)
  })

  test('looks into everything that there is', () => {
    const kinds = new Set(driven.sunk.map(({ sink }) => sink))

    expect([...kinds].toSorted()).toEqual([
      ...['call', 'event', 'execution', 'item', 'log', 'machine', 'mail', 'object', 'reply', 'socket'],
    ])
    expect(driven.unasked).toEqual([])
  })

  test('is for values that were really used', () => {
    const told = driven.crmCalls.map((sent) => JSON.stringify(sent)).join()
    const isTold = (name: string) => {
      const forms = driven.canaries.filter((one) => one.name === name).flatMap(({ value }) => formsOf(value))
      return forms.some((form) => told.includes(form))
    }

    for (const name of used) expect([name, isTold(name)]).toEqual([name, true])
    expect(driven.statuses).toEqual({
      ...{ echo: 'completed', large: 'completed', throws: 'completed', breaks: 'completed' },
      ...{ 'fails, caught': 'completed', fails: 'failed', 'throws, uncaught': 'failed' },
      ...{
        asked: 'completed',
        linked: 'completed',
        shared: 'completed',
        hooked: 'completed',
        signUp: 'completed',
      },
    })
  })
})
