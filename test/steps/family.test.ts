import { describe, expect, test } from 'vitest'
import { checkMachine } from '../../shared/compile/check-machine.ts'
import { compile } from '../../shared/compile/compile.ts'
import { findStep, stepTypes } from '../../shared/steps/index.ts'
import type { JsonObject } from '../../shared/world.ts'
import { graphOf } from '../compile/graph-of.ts'
import { examples } from './examples.ts'

/** Outcomes of flow-language.md §3 besides `default`, `error` and `timeout`, which every work and wait step has. */
const documented: Record<string, string[]> = {
  approval: ['approve', 'reject', 'timeout'],
  'client-tool': ['error', 'timeout'],
  'code.check': ['invalid'],
  condition: ['good'],
  each: ['error'],
  'http.request': ['client_error', 'server_error', 'success'],
  parallel: ['error'],
  prompt: ['timeout'],
  redirect: ['error', 'timeout'],
  'token.check': ['invalid'],
  'user.create': ['exists'],
  'user.find': ['missing'],
  'user.set-password': ['missing'],
  'user.verify-password': ['invalid'],
  view: ['sign-up', 'timeout'],
  webauthn: ['error', 'timeout'],
  webhook: ['client_error', 'server_error', 'success'],
}

test('the list of types is alphabetical, and each can be found by its type and its aliases', () => {
  const names = stepTypes.map(({ type }) => type)

  expect(names).toEqual(names.toSorted())
  for (const step of stepTypes)
    for (const name of [step.type, ...(step.aliases ?? [])]) expect(findStep(name)).toBe(step)
  expect(Object.keys(examples).sort()).toEqual(names)
})

describe.each(stepTypes)('$type', (step) => {
  const example = examples[step.type] as JsonObject

  test('accepts its example', () => {
    expect(step.params.safeParse(example).error?.issues).toBeUndefined()
  })

  test('refuses an unknown key and says which', () => {
    const issues = step.params.safeParse({ ...example, colour: 'red' }).error?.issues ?? []

    expect(issues).toContainEqual(expect.objectContaining({ code: 'unrecognized_keys', keys: ['colour'] }))
  })

  test('has the outcomes that the language names', () => {
    expect(step.outcomes(example).toSorted()).toEqual(documented[step.type] ?? [])
    expect(step.outcomes(example)).toEqual(expect.arrayContaining(step.needsRows ?? []))
  })

  test('writes a machine that passes all checks, with one state named after it', () => {
    const graph = graphOf({
      nodes: {
        it: { type: step.type, params: example, next: step.kind === 'end' ? {} : { default: 'good' } },
        good: { type: 'final', params: {} },
      },
    })

    const machine = compile(graph, {
      kind: 'standard',
      stepFunction: 'local-sluice-step',
      scriptFunction: 'local-sluice-script',
    })

    expect(machine.States).toHaveProperty('it')
    expect(checkMachine(machine, 'standard')).toEqual([])
  })

  test('does what its kind promises', () => {
    const graph = graphOf({
      nodes: {
        it: { type: step.type, params: example, next: step.kind === 'end' ? {} : { default: 'good' } },
        good: { type: 'final', params: {} },
      },
    })
    const { it } = compile(graph, {
      kind: 'standard',
      stepFunction: 'local-sluice-step',
      scriptFunction: 'local-sluice-script',
    }).States
    const resource = it?.Type === 'Task' ? it.Resource : null

    if (step.kind === 'wait' || 'subflow' in step) {
      expect(resource).toBe('arn:aws:states:::lambda:invoke.waitForTaskToken')
      expect(it).toHaveProperty('TimeoutSeconds')
    } else if (step.kind === 'work') expect(resource).toBe('arn:aws:states:::lambda:invoke')
    else expect(resource).toBeNull()
    expect('run' in step).toBe(step.kind === 'work' && !('subflow' in step) && !('unrecorded' in step))
    expect('ask' in step && 'accept' in step).toBe(step.kind === 'wait')
    if (step.secrets) expect(step.kind).toBe('work')
  })
})
