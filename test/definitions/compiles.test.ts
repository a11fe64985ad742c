import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkMachine } from '../../shared/compile/check-machine.ts'
import { compile } from '../../shared/compile/compile.ts'
import { machineKinds } from '../../shared/compile/kind.ts'
import { publishable } from '../../shared/definitions/problem.ts'
import { readDefinition } from '../../shared/definitions/read.ts'
import type { Json, JsonObject } from '../../shared/world.ts'
import { documents } from '../compile/graphs.ts'

const options = {
  kind: 'standard',
  stepFunction: 'local-sluice-step',
  scriptFunction: 'local-sluice-script',
} as const
const folder = new URL('../../infra/local/samples/', import.meta.url)

test.each(readdirSync(folder))('the sample %s becomes a machine that passes every check', (name) => {
  const { graph } = readDefinition(readFileSync(new URL(name, folder), 'utf8'))
  if (graph === null) throw new Error('The sample was not read')

  expect(checkMachine(compile(graph, options), 'standard')).toEqual([])
  if (!machineKinds(graph).standardOnly)
    expect(checkMachine(compile(graph, { ...options, kind: 'express' }), 'express')).toEqual([])
})

describe('P8 what is read without an error compiles', () => {
  test('H7 documents that are right have no errors', () => {
    fc.assert(
      fc.property(documents, (document) => {
        const { graph, problems } = readDefinition(document as unknown as JsonObject)

        expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
        expect(() => compile(graph as NonNullable<typeof graph>, options)).not.toThrow()
      }),
      { numRuns: 150 },
    )
  })

  test('H7 documents with a fault put in are told so, or compile', () => {
    const words: Json[] = [
      's0',
      's1',
      's2-x',
      's2_x',
      'gone',
      '',
      5,
      null,
      '{{s1}}',
      '{{secrets.K}}',
      '{{',
      'final',
      {},
    ]
    const fault = fc.record({ at: fc.nat(), value: fc.constantFrom(...words) })

    fc.assert(
      fc.property(documents, fault, (document, { at, value }) => {
        const broken = structuredClone(document) as unknown as JsonObject
        const spots = placesIn(broken)
        const [holder, key] = spots[at % spots.length] as [Record<string, Json>, string]
        holder[key] = value
        const { graph, problems } = readDefinition(broken)

        if (graph !== null && publishable(problems)) expect(() => compile(graph, options)).not.toThrow()
      }),
      { numRuns: 500 },
    )
  })
})

/** Every member of a document that can be replaced. */
function placesIn(value: Json): [holder: Record<string, Json>, key: string][] {
  if (typeof value !== 'object' || value === null) return []
  const holder = value as Record<string, Json>
  return Object.keys(holder).flatMap((key) => [
    [holder, key] as [Record<string, Json>, string],
    ...placesIn(holder[key] as Json),
  ])
}
