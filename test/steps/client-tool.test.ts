import { expect, test } from 'vitest'
import { clientTool } from '../../shared/steps/client-tool.ts'
import type { Json, JsonObject } from '../../shared/world.ts'

const answering = { actor: 'user:3f', at: '2026-03-01T06:00:00.000Z' }
const question = { kind: 'client-tool', toolName: 'cart', args: {} }

test.each<[string, Json, JsonObject]>([
  ['an object', { id: 1 }, { id: 1 }],
  ['a list of keys and values', [{ key: 'id', value: [1] }], { id: [1] }],
  ['JSON text', '{"id":1}', { id: 1 }],
  ['nothing', null, {}],
])('parameters may be %s', (_, parameters, args) => {
  expect(clientTool.ask({ toolName: 'cart', parameters })).toEqual({
    kind: 'client-tool',
    toolName: 'cart',
    args,
  })
})

test.each<Json>(['no JSON', '"text"', 7, [{ key: 'id' }]])('parameters %j are no question', (parameters) => {
  expect(() => clientTool.ask({ toolName: 'cart', parameters })).toThrow(
    expect.objectContaining({ code: 'ClientTool.BadQuestion' }),
  )
})

test.each<Json>([{ value: 42 }, 'text stays text', [], 0, null])('the output %j is the result', (output) => {
  expect(clientTool.accept(question, { toolResult: { success: true, output } }, answering)).toEqual({
    ok: true,
    output,
    outcome: { success: true },
  })
})

test('a success without output gives null', () => {
  expect(clientTool.accept(question, { toolResult: { success: true } }, answering)).toMatchObject({
    output: null,
  })
})

test('a failure is the error ClientTool.Failed with what the tool said', () => {
  expect(
    clientTool.accept(question, { toolResult: { success: false, error: 'no cart' } }, answering),
  ).toEqual({
    ok: false,
    error: 'ClientTool.Failed',
    cause: 'no cart',
    outcome: { success: false },
  })
})

test('an answer without success is refused with its place, one of another kind as a mismatch', () => {
  expect(() => clientTool.accept(question, { toolResult: { output: 1 } }, answering)).toThrow(
    expect.objectContaining({
      code: 'validation_failed',
      details: { issues: [expect.objectContaining({ path: '/toolResult/success', code: 'required' })] },
    }),
  )
  expect(() => clientTool.accept(question, { decision: 'approve' }, answering)).toThrow(
    expect.objectContaining({ details: { reason: 'wait_mismatch' } }),
  )
})
