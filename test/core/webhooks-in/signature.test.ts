import { createHmac } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import { claimsToBeSigned, isSigned } from '../../../shared/core/webhooks-in/signature.ts'
import type { Verify } from '../../../shared/core/webhooks-in/trigger.ts'

const secret = '{{secrets.HOOK}}'
const now = Date.UTC(2026, 2, 1, 6)
const seconds = now / 1000
const key = `whsec_${Buffer.from('a key of thirty-two bytes or so!').toString('base64')}`
const body = '{"type":"deal.won","amount":1.50}'

function delivery(headers: Record<string, string>, text: string | Uint8Array = body) {
  return {
    header: (name: string) => headers[name],
    bytes: typeof text === 'string' ? Buffer.from(text) : text,
  }
}
const check = (verify: Verify, value: string, ...sent: Parameters<typeof delivery>) =>
  isSigned(verify, value, delivery(...sent), now)
const hex = (value: string, text: string) => createHmac('sha256', value).update(text).digest('hex')
const base64 = (value: string, text: string) => createHmac('sha256', value).update(text).digest('base64')

describe('standard', () => {
  const verify: Verify = { kind: 'standard', secret }
  const headers = (at = seconds, by = key) => ({
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(at),
    'webhook-signature': new Webhook(by).sign('msg_1', new Date(at * 1000), body),
  })

  test('takes what the library of the standard signs', () => {
    expect(check(verify, key, headers())).toBe(true)
    expect(check(verify, key.replace('whsec_', ''), headers())).toBe(true)
  })

  test.each([-301, -300, -1, 0, 300, 301])('sent %i s from now', (offset) => {
    expect(check(verify, key, headers(seconds + offset))).toBe(Math.abs(offset) <= 300)
  })

  test('one right signature of several is enough, none of them is not', () => {
    const other = `whsec_${Buffer.from('another key').toString('base64')}`
    const [right, wrong] = [headers()['webhook-signature'], headers(seconds, other)['webhook-signature']]

    for (const both of [`${wrong} ${right}`, `${right} ${wrong}`, `v1a,abc ${right}`])
      expect(check(verify, key, { ...headers(), 'webhook-signature': both })).toBe(true)
    expect(check(verify, key, { ...headers(), 'webhook-signature': `${wrong} ${wrong}` })).toBe(false)
  })

  test.each([
    ['another id', { 'webhook-id': 'msg_2' }],
    ['another time', { 'webhook-timestamp': String(seconds + 1) }],
    ['a time that is read as the same', { 'webhook-timestamp': `${seconds}.0` }],
    ['no signature', { 'webhook-signature': '' }],
    [
      'the signature of another version',
      { 'webhook-signature': headers()['webhook-signature'].replace('v1', 'v2') },
    ],
    ['half a signature', { 'webhook-signature': headers()['webhook-signature'].slice(0, 30) }],
  ])('refuses %s', (_what, changed) => {
    expect(check(verify, key, { ...headers(), ...changed })).toBe(false)
  })

  test('refuses the same JSON in other bytes, and bytes that only decode to the same text', () => {
    expect(check(verify, key, headers(), JSON.stringify(JSON.parse(body)))).toBe(false)
    const [one, two] = [Buffer.from([0xff]), Buffer.from([0xfe])]
    const signed = createHmac('sha256', Buffer.from(key.slice(6), 'base64'))
      .update(`msg_1.${seconds}.`)
      .update(one)
      .digest('base64')
    const sent = { ...headers(), 'webhook-signature': `v1,${signed}` }

    expect([check(verify, key, sent, one), check(verify, key, sent, two)]).toEqual([true, false])
  })

  test('a secret that is no key opens nothing', () => {
    for (const bad of ['', 'whsec_', 'not base64 !', 'whsec_ä'])
      expect(check(verify, bad, headers())).toBe(false)
  })
})

describe('providers', () => {
  test('github, as its documentation prints it', () => {
    const headers = {
      'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    }
    const verify: Verify = { kind: 'github', secret }

    expect(check(verify, "It's a Secret to Everybody", headers, 'Hello, World!')).toBe(true)
    expect(check(verify, "It's a Secret to Everybody", headers, 'Hello, World')).toBe(false)
    expect(check(verify, 'another', headers, 'Hello, World!')).toBe(false)
    expect(check(verify, 'another', { 'x-hub-signature': 'sha1=00' }, 'Hello, World!')).toBe(false)
  })

  test.each([0, 300, 301])('slack, %i s late', (late) => {
    const at = String(seconds - late)
    const headers = {
      'x-slack-request-timestamp': at,
      'x-slack-signature': `v0=${hex('slack secret', `v0:${at}:${body}`)}`,
    }

    expect(check({ kind: 'slack', secret }, 'slack secret', headers)).toBe(late <= 300)
  })

  test.each([0, -300, -301])('stripe, %i s early, with the signatures of two secrets', (early) => {
    const at = String(seconds - early)
    const right = hex('whsec_stripe', `${at}.${body}`)
    const headers = { 'stripe-signature': `t=${at},v1=${'0'.repeat(64)},v1=${right},v0=${right}` }

    expect(check({ kind: 'stripe', secret }, 'whsec_stripe', headers)).toBe(early >= -300)
    expect(check({ kind: 'stripe', secret }, 'whsec_other', headers)).toBe(false)
  })

  test('stripe takes no signature without its time, and none of its test scheme', () => {
    const right = hex('s', `${seconds}.${body}`)
    const verify: Verify = { kind: 'stripe', secret }

    expect(check(verify, 's', { 'stripe-signature': `v1=${right}` })).toBe(false)
    expect(check(verify, 's', { 'stripe-signature': `t=${seconds},v0=${right}` })).toBe(false)
  })
})

describe('any other service', () => {
  test.each([
    ['hex', undefined, hex('k', body)],
    ['hex', undefined, hex('k', body).toUpperCase()],
    ['hex', 'sha256=', `sha256=${hex('k', body)}`],
    ['base64', undefined, base64('k', body)],
    ['base64', 'HMAC ', `HMAC ${base64('k', body)}`],
  ] as const)('hmac in %s behind %s', (encoding, prefix, value) => {
    const verify: Verify = { kind: 'hmac', secret, header: 'X-Sig', encoding, ...(prefix ? { prefix } : {}) }

    expect(check(verify, 'k', { 'x-sig': value })).toBe(true)
    expect(check(verify, 'k', { 'x-sig': value }, `${body} `)).toBe(false)
    expect(check(verify, 'other', { 'x-sig': value })).toBe(false)
    expect(check(verify, 'k', { 'x-other': value })).toBe(false)
    expect(check(verify, 'k', { 'x-sig': `x${value}` })).toBe(false)
  })

  test('a header that is the secret, whatever its length', () => {
    const verify: Verify = { kind: 'header', secret, header: 'X-Token' }

    expect(check(verify, 'the token', { 'x-token': 'the token' })).toBe(true)
    for (const wrong of ['', 'the', 'the token ', 'The token'])
      expect(check(verify, 'the token', { 'x-token': wrong })).toBe(false)
    expect(check(verify, 'the token', {})).toBe(false)
  })
})

test('without the form of a signature no secret is looked up', () => {
  const kinds: Verify[] = [
    { kind: 'standard', secret },
    { kind: 'github', secret },
    { kind: 'stripe', secret },
    { kind: 'slack', secret },
    { kind: 'hmac', secret, header: 'x-sig', encoding: 'hex' },
    { kind: 'header', secret, header: 'x-sig' },
  ]

  for (const verify of kinds) expect(claimsToBeSigned(verify, delivery({}), now)).toBe(false)
  expect(claimsToBeSigned(kinds[4]!, delivery({ 'x-sig': '0'.repeat(64) }), now)).toBe(true)
})
