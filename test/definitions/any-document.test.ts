import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readDefinition } from '../../shared/definitions/read.ts'
import { isFault } from '../../shared/faults.ts'
import { partsOf } from '../../shared/pointer.ts'
import { stepTypes } from '../../shared/steps/index.ts'
import type { Json, JsonObject } from '../../shared/world.ts'
import { languageExample } from './seeds.ts'

/** Reads it and holds what must be true of every reading. */
function holds(definition: string | JsonObject): void {
  let read: ReturnType<typeof readDefinition>
  try {
    read = readDefinition(definition)
  } catch (error) {
    expect(isFault(error, 'validation_failed'), String(error)).toBe(true)
    return
  }
  const lines = read.written.text.split('\n')
  for (const { line, column, message, path, code } of read.problems) {
    expect(lines[(line as number) - 1], `${code} ${path}`).toBeDefined()
    expect(column).toBeLessThanOrEqual((lines[(line as number) - 1] as string).length + 1)
    expect(partsOf(path).join('/')).toBe(path.slice(1).replaceAll('~1', '/').replaceAll('~0', '~'))
    expect(message).not.toMatch(/undefined|\[object|NaN/)
  }
  if (read.graph === null) expect(read.problems.some(({ severity }) => severity === 'error')).toBe(true)
  // What was kept reads the same again.
  expect(readDefinition(read.written.text).problems).toEqual(read.problems)
}

const ids = fc.constantFrom('a', 'b', 'c', 'a-b', 'a_b', '1x', 'constructor', 'toString', '')
const dollar = '$'
const texts = fc.constantFrom(
  'x',
  '',
  '{{a}}',
  '{{a.b + 1}}',
  '{{',
  '{{secrets.K}}',
  `${dollar}{input.x}`,
  '${x(',
  '2s',
  'a',
  'b',
)
const leaf = fc.oneof(texts, fc.constantFrom<Json>(null, true, 0, 5, -1, 1.5, [], {}))
const stepNames = stepTypes.map((step) => step.type)
const type = fc.constantFrom(...stepNames, 'http', 'script', 'wait', 'Final', '', 'x', 5)
const paramNames =
  'url message cases when items seconds set value outputs code conditions duration script toolName flowId x'

/** Mostly the one, now and then anything else. */
function mostly<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | Json> {
  return fc.oneof({ weight: 9, arbitrary }, { weight: 1, arbitrary: leaf })
}

function record(
  members: Record<string, fc.Arbitrary<unknown>>,
  requiredKeys: string[] = [],
): fc.Arbitrary<JsonObject> {
  return fc.record(members, { requiredKeys }) as fc.Arbitrary<JsonObject>
}

function params(depth: number): fc.Arbitrary<JsonObject> {
  const list = fc.array(fc.oneof(leaf, record({ when: leaf, to: ids, condition: leaf, action: ids })), {
    maxLength: 2,
  })
  const plain = Object.fromEntries(paramNames.split(' ').map((name) => [name, fc.oneof(leaf, list)]))
  if (depth === 0) return record(plain)
  const body = mostly(scope(depth - 1))
  return record({ ...plain, body, branches: mostly(fc.dictionary(ids, body, { maxKeys: 2 })) })
}

function step(depth: number): fc.Arbitrary<JsonObject> {
  const rows = fc.dictionary(fc.constantFrom('default', 'error', 'a', 'reject', 'timeout'), mostly(ids), {
    maxKeys: 3,
  })
  const members = {
    type,
    params: mostly(params(depth)),
    next: fc.oneof(ids, leaf, rows),
    output: leaf,
    retry: fc.oneof(leaf, record({ maxAttempts: leaf, intervalSeconds: leaf })),
    timeoutSeconds: leaf,
    name: leaf,
  }
  return record(members, ['type'])
}

function scope(depth: number): fc.Arbitrary<JsonObject> {
  return record(
    { nodes: mostly(fc.dictionary(ids, mostly(step(depth)), { maxKeys: 3 })), start: fc.oneof(ids, leaf) },
    ['nodes'],
  )
}

const header = {
  settings: fc.oneof(leaf, record({ timeoutSeconds: leaf, concurrency: leaf })),
  inputs: fc.oneof(
    leaf,
    fc.array(record({ name: texts, type: fc.constantFrom('text', 'select', 'x'), default: leaf }), {
      maxLength: 2,
    }),
  ),
  triggers: fc.oneof(
    leaf,
    fc.array(record({ type: fc.constantFrom('api', 'webhook', 'x') }), { maxLength: 2 }),
  ),
  metadata: leaf,
  output: fc.oneof(leaf, fc.dictionary(fc.constantFrom('type', 'properties', 'items', '$ref', 'x'), leaf)),
}

const listed = record({ id: mostly(ids), type, data: mostly(params(1)), nextStepId: mostly(ids), name: leaf })
const documents = fc.oneof(
  fc.tuple(scope(2), record(header)).map(([nodes, rest]) => ({ ...rest, ...nodes })),
  record({ ...header, steps: fc.array(mostly(listed), { maxLength: 4 }) }, ['steps']),
)

describe('reading ends with problems or a coded refusal, whatever is read', () => {
  test('any JSON', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => holds(value as JsonObject)),
      { numRuns: 200 },
    )
  })

  test('any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), holds), { numRuns: 300 })
  })

  test('documents that nearly are flows', () => {
    fc.assert(fc.property(documents, holds), { numRuns: 500 })
  })

  test('a good document with a piece cut out or put in', () => {
    const piece = fc.constantFrom(
      '',
      ' ',
      '\n',
      ':',
      '- ',
      '{',
      '}',
      '[',
      '"',
      '{{',
      '}}',
      '${',
      '&a',
      '*a',
      '<<: ',
      '#',
      '|',
      'type: ',
      '\t',
    )
    const edit = fc.record({ at: fc.nat(languageExample.length), length: fc.nat(30), piece })

    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        const text = edits.reduce(
          (now, { at, length, piece }) => now.slice(0, at) + piece + now.slice(at + length),
          languageExample,
        )
        holds(text)
      }),
      { numRuns: 300 },
    )
  })
})
