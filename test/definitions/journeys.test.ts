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
