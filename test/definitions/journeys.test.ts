import { describe, expect, test } from 'vitest'
import { readDefinition } from '../../shared/definitions/read.ts'
import type { JsonObject } from '../../shared/world.ts'

const input = (identifier: string, variant: string) => ({
  ...{ id: identifier, type: 'INPUT', variant },
  config: { identifier, ...(variant === 'DROPDOWN' ? { options: [{ label: 'A', value: 'a' }] } : {}) },
})
const button = (actionId: string) => ({ id: actionId, type: 'BUTTON', actionId, config: { text: 'Go' } })
const view = (...inside: JsonObject[]) => ({
  type: 'view',
  params: { components: [{ id: 'form', type: 'FORM', components: [...inside, button('go')] }] },
  next: { default: 'end' },
})
const end = { type: 'final', params: { output: 1 } }

function codes(nodes: JsonObject, flowType = 'SIGN_IN'): string[] {
  const { problems } = readDefinition({
    metadata: { name: 'Journey' },
    triggers: [{ type: 'journey', flowType }],
    nodes,
  } as JsonObject)
  return problems.map(({ severity, code }) => `${severity} ${code}`)
}

describe('a journey', () => {
  test.each<[string, JsonObject, string[]]>([
    ['a plain form', { ask: view(input('mail', 'EMAIL')), end }, []],
    [
      'a passkey',
      { ask: { type: 'webauthn', params: { ceremony: 'get', rp: { id: 'a.example' } }, next: 'end' }, end },
      ['warning client_limits'],
    ],
    ['a choice', { ask: view(input('plan', 'DROPDOWN')), end }, ['warning client_limits']],
    ['two submits', { ask: view(button('stop')), end }, ['warning client_limits']],
    [
      'a password that nobody takes',
      { ask: view(input('pin', 'PASSWORD')), end },
      ['warning password_unused'],
    ],
    [
      'a wait before the first view',
      {
        rest: { type: 'delay', params: { seconds: 5 }, next: 'ask' },
        ask: view(input('mail', 'EMAIL')),
        end,
      },
      ['warning journey_begins_late'],
    ],
    [
      'a password among what is told',
      { ask: view(input('pin', 'PASSWORD')), end: { type: 'final', params: { output: '{{ask.pin}}' } } },
      ['error sealed_output'],
    ],
  ])('with %s', (_name, nodes, expected) => {
    expect(codes(nodes)).toEqual(expected)
  })

  // Only `{{ask.pin}}`, written like that, was seen.
  test.each([
    '{{ask.pin}}',
    '{{ ask . pin }}',
    '{{ask.`pin`}}',
    '{{ask."pin"}}',
    '{{ask["pin"]}}',
    '{{nodes.ask.pin}}',
    '{{nodes."ask"."pin"}}',
    '{{shared.ask.pin}}',
    '{{last.pin}}',
    '{{input.pin}}',
    '{{$lookup(ask, "pin")}}',
    '{{$lookup(nodes.ask, "pin")}}',
    '{{(ask).pin}}',
    '{{ask.(pin)}}',
    '{{ask.$string(pin)}}',
    '{{($a := ask; $a.pin)}}',
    '{{{"told": [ask.pin]}}}',
    'with {{last.mail}} and {{ask.pin}}',
  ])('tells nobody a password as %s, and is not told that no step takes it', (spelling) => {
    const ask = view(input('pin', 'PASSWORD'), input('mail', 'EMAIL'))
    const send = { type: 'http.request', params: { url: 'https://a.example/', body: spelling }, next: 'end' }
    const telling = { type: 'final', params: { outputs: { told: { deep: [spelling] } } } }

    expect(codes({ ask, end: telling })).toEqual(['error sealed_output'])
    expect(codes({ ask: { ...ask, next: 'send' }, send, end })).toEqual([])
  })

  test.each(['{{pin}}', '{{inputs.pin}}', '{{ticket}}', '{{inputs."ticket"}}', '{{shared.pin}}'])(
    'tells nobody a sealed input as %s',
    (output) => {
      const { problems } = readDefinition({
        metadata: { name: 'Journey' },
        triggers: [{ type: 'journey', flowType: 'SIGN_IN' }],
        inputs: [
          { name: 'pin', type: 'password' },
          { name: 'ticket', type: 'text', sensitive: true },
          { name: 'plain', type: 'text' },
        ],
        nodes: {
          ask: view(input('mail', 'EMAIL')),
          end: { type: 'final', params: { outputs: { told: output, plain: '{{plain}}' } } },
        },
      } as JsonObject)

      expect(problems).toMatchObject([
        { severity: 'error', code: 'sealed_output', path: '/nodes/end/params' },
      ])
    },
  )

  test.each([
    ['another field', '{{ask.mail}}'],
    ['a text that is no expression', 'ask.pin'],
    ['a field of the same name of nobody', '{{trigger.pin}}'],
    ['what a later step left', '{{other.pin}}'],
    ['all, in which it is hidden', '{{ask}}'],
    ['all of the step before, in which it is hidden', '{{last}}'],
  ])('may tell %s: that is no use of the password either', (_name, output) => {
    const ask = view(input('pin', 'PASSWORD'), input('mail', 'EMAIL'))

    expect(
      codes({ ask, end: { type: 'final', params: { output } } }).filter((code) => !code.endsWith('_name')),
    ).toEqual(['warning password_unused'])
  })

  test.each<[string, JsonObject]>([
    [
      'a request with all that was answered',
      { type: 'http.request', params: { url: 'https://a.example/', body: '{{ask}}' } },
    ],
    ['a script right behind', { type: 'script', params: { code: 'return 1' } }],
  ])('takes a password in %s', (_name, take) => {
    const ask = { ...view(input('pin', 'PASSWORD')), next: 'take' }

    expect(codes({ ask, take: { ...take, next: 'end' }, end })).toEqual([])
  })

  test('of registration makes somebody', () => {
    const made = {
      ask: { ...view(input('mail', 'EMAIL')), next: 'make' },
      make: { type: 'user.create', params: { email: '{{ask.mail}}' }, next: 'end' },
      end,
    }
    expect(codes({ ask: view(input('mail', 'EMAIL')), end }, 'REGISTRATION')).toEqual([
      'warning no_user_made',
    ])
    expect(codes(made, 'REGISTRATION')).toEqual([])
  })
})
