import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkMachine } from '../../shared/compile/check-machine.ts'
import { compile } from '../../shared/compile/compile.ts'
import type { Graph } from '../../shared/definitions/graph.ts'
import { readDefinition } from '../../shared/definitions/read.ts'
import type { JsonObject } from '../../shared/world.ts'
import { graphOf } from './graph-of.ts'
import { documents } from './graphs.ts'

const options = { kind: 'standard', stepFunction: 's', scriptFunction: 'js' } as const

test('P8 what the language finds no error in compiles, and its checks agree', () => {
  fc.assert(
    fc.property(documents, (document) => {
      const { graph, problems } = readDefinition(document as unknown as JsonObject)

      expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
      const machine = compile(graph as Graph, options)
      expect(machine).toEqual(compile(graphOf(document), options))
      expect(checkMachine(machine, 'standard')).toEqual([])
    }),
    { numRuns: 40, interruptAfterTimeLimit: 20_000 },
  )
}, 60_000)
