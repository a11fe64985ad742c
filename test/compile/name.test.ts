import { expect, test } from 'vitest'
import { compile } from '../../shared/compile/compile.ts'
import { type MachineParts, machineName } from '../../shared/compile/name.ts'
import { graphOf } from './graph-of.ts'

const graph = graphOf({ nodes: { a: { type: 'transform', params: { set: { b: 1, a: 2 } } } } })
const turned = graphOf({ nodes: { a: { type: 'transform', params: { set: { a: 2, b: 1 } } } } })
const parts: MachineParts = {
  stage: 'local',
  orgId: '7f0a11c2-0000-4000-8000-000000000000',
  flowId: 'c5d1e2f3-0000-4000-8000-000000000000',
  kind: 'standard',
  definition: compile(graph, {
    kind: 'standard',
    stepFunction: 'local-sluice-step',
    scriptFunction: 'local-sluice-script',
  }),
  roleArn: 'arn:aws:iam::000000000000:role/machines',
  logging: { level: 'ERROR' },
  tracing: { enabled: true },
  encryption: null,
}

test('a machine is named after its stage, organisation, flow, content and kind', () => {
  const { name, hash } = machineName(parts)

  expect(hash).toMatch(/^[0-9a-f]{64}$/)
  expect(name).toBe(`local-7f0a11c2-c5d1e2f3-${hash.slice(0, 16)}-S`)
})

test('the same flow has the same name, whatever the order of its members', () => {
  const definition = compile(turned, {
    kind: 'standard',
    stepFunction: 'local-sluice-step',
    scriptFunction: 'local-sluice-script',
  })

  expect(machineName({ ...parts, definition })).toEqual(machineName(parts))
})

test.each<[string, Partial<MachineParts>]>([
  ['its definition', { definition: { ...parts.definition, TimeoutSeconds: 1 } }],
  ['its kind', { kind: 'express' }],
  ['its role', { roleArn: 'arn:aws:iam::000000000000:role/other' }],
  ['its logging', { logging: { level: 'ALL' } }],
  ['its tracing', { tracing: { enabled: false } }],
  ['its encryption', { encryption: { kmsKeyId: 'k' } }],
])('a change of %s is another machine', (_, change) => {
  expect(machineName({ ...parts, ...change }).hash).not.toBe(machineName(parts).hash)
})
