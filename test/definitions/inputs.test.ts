import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Field } from '../../shared/definitions/graph.ts'
import { checkInputs, inputsSchema, sealedFields } from '../../shared/definitions/inputs.ts'
import type { Json } from '../../shared/world.ts'

const field = (type: Field['type'], more: Partial<Field> = {}): Field => ({
  name: 'f',
  type,
  required: false,
  ...more,
})
const options = ['a', 2, { label: 'The third', value: true }]

const values: [type: Field['type'], right: Json[], wrong: Json[]][] = [
  ['text', ['', 'x', '82'], [82, true, [], {}, 'x'.repeat(10_001)]],
  ['textarea', ['a\nb', 'x'.repeat(20_000)], [1, {}]],
  ['number', [82, 0.5, -1], ['82', '', true, [1]]],
  ['integer', [82, 0, -3], ['82', 0.5, 2 ** 53]],
  ['boolean', [true, false], ['true', 0, 1]],
  ['date', ['2026-03-01', '2024-02-29'], ['2026-02-29', '01.03.2026', '2026-03-01T00:00:00Z', 20260301]],
  [
    'datetime',
    ['2026-03-01T06:00:00Z', '2026-03-01T06:00:00.123+02:00'],
    ['2026-03-01', '2026-03-01T06:00:00', 'now'],
  ],
  ['select', ['a', 2, true], ['A', '2', 'The third', null as never].filter((one) => one !== null)],
  ['multiselect', [[], ['a'], ['a', 2]], ['a', ['b'], ['a', 'a']]],
  ['email', ['ada@example.com'], ['ada', 'ada@', '@example.com', 'a b@example.com', 5]],
  [
    'url',
    ['https://example.com/a?b=c', 'http://localhost:8080'],
    ['example.com', 'ftp://x', 'javascript:alert(1)', 'https://a b', 5],
  ],
  ['json', [1, 'x', [], {}, { a: [null] }, false], []],
  [
    'file',
    ['5f0c', { fileId: '5f0c' }],
    ['', 5, {}, { fileId: 5 }, { fileId: 'a', path: '/etc/passwd' }, []],
  ],
  ['password', ['secret'], [5, ['x']]],
]

describe.each(values)('a field of type %s', (type, right, wrong) => {
  const fields = [field(type, type.endsWith('select') ? { options } : {})]

  test('takes what fits as it is', () => {
    for (const f of right) expect(checkInputs(fields, { f })).toEqual({ inputs: { f }, issues: [] })
  })

  test('refuses what does not, without coercing it', () => {
    for (const f of wrong) {
      const { issues } = checkInputs(fields, { f })
      expect(issues, JSON.stringify(f)).not.toEqual([])
      expect(issues[0]?.path).toMatch(/^\/f/)
    }
  })
})

describe('missing inputs', () => {
  test('a required one is told, null counts as missing', () => {
    const issue = { path: '/f', code: 'required', message: 'f is required' }

    expect(checkInputs([field('text', { required: true })], {}).issues).toEqual([issue])
    expect(checkInputs([field('text', { required: true })], { f: null }).issues).toEqual([issue])
  })

  test('a default steps in, also for a required one', () => {
    const fields = [field('text', { required: true, default: 'renewal' })]

    expect(checkInputs(fields, {})).toEqual({ inputs: { f: 'renewal' }, issues: [] })
    expect(checkInputs(fields, { f: null })).toEqual({ inputs: { f: 'renewal' }, issues: [] })
  })

  test('an optional one stays away', () => {
    expect(checkInputs([field('text')], {})).toEqual({ inputs: {}, issues: [] })
  })
})

test('undeclared members are dropped where inputs are declared, kept where none are', () => {
  expect(checkInputs([field('text')], { f: 'x', g: 1 })).toEqual({ inputs: { f: 'x' }, issues: [] })
  expect(checkInputs([], { g: 1 })).toEqual({ inputs: {}, issues: [] })
  expect(checkInputs(undefined, { g: 1 })).toEqual({ inputs: { g: 1 }, issues: [] })
})

test('every violation is listed with its pointer and what would be right', () => {
  const fields: Field[] = [
    { name: 'customerId', type: 'text', required: true },
    { name: 'score', type: 'number', required: true },
    { name: 'topic', type: 'select', required: true, options: ['renewal', 'churn'] },
    { name: 'tags', type: 'multiselect', required: false, options: ['a', 'b'] },
  ]

  expect(checkInputs(fields, { score: '82', topic: 'other', tags: ['a', 'c', 'a'] }).issues).toEqual([
    { path: '/customerId', code: 'required', message: 'customerId is required' },
    { path: '/score', code: 'invalid_type', message: 'score must be a number' },
    { path: '/topic', code: 'invalid_option', message: 'topic must be one of renewal, churn' },
    { path: '/tags/1', code: 'invalid_option', message: 'tags[1] must be one of a, b' },
    { path: '/tags/2', code: 'duplicate_option', message: 'tags has a twice' },
  ])
})

test('H2 names that mean something to JavaScript are plain names', () => {
  const fields = [field('text', { name: 'constructor', required: true }), field('text', { name: 'toString' })]

  expect(checkInputs(fields, {}).issues).toMatchObject([{ path: '/constructor', code: 'required' }])
  expect(
    checkInputs(fields, JSON.parse('{"constructor": "x", "__proto__": {"polluted": 1}}')).inputs,
  ).toEqual({ constructor: 'x' })
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
})

test('passwords and sensitive fields are sealed', () => {
  const fields = [
    field('password', { name: 'a' }),
    field('text', { name: 'b' }),
    field('json', { name: 'c', sensitive: true }),
    field('text', { name: 'd', sensitive: false }),
  ]

  expect(sealedFields(fields)).toEqual(['a', 'c'])
  expect(sealedFields(undefined)).toEqual([])
})

test('the JSON Schema of the inputs', () => {
  const fields: Field[] = [
    { name: 'customerId', type: 'text', required: true, label: 'Customer', description: 'Which one' },
    {
      name: 'topic',
      type: 'select',
      required: true,
      options: ['renewal', { label: 'Churn', value: 'churn' }],
      default: 'renewal',
    },
    { name: 'when', type: 'date', required: false },
    { name: 'key', type: 'password', required: true },
  ]

  expect(inputsSchema(fields)).toEqual({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: {
      customerId: { type: 'string', title: 'Customer', description: 'Which one' },
      topic: { enum: ['renewal', 'churn'], default: 'renewal' },
      when: { type: 'string', format: 'date' },
      key: { type: 'string', format: 'password', writeOnly: true },
    },
    required: ['customerId', 'key'],
  })
  expect(inputsSchema(undefined)).toEqual({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
  })
})

test('whatever is accepted is what was given, defaults aside', () => {
  const types = values.map(([type]) => type)
  fc.assert(
    fc.property(fc.constantFrom(...types), fc.jsonValue(), (type, value) => {
      const { inputs, issues } = checkInputs([field(type, { options })], { f: value as Json })

      if (issues.length === 0) expect(inputs.f).toBe(value)
      else expect(issues.every(({ path }) => path.startsWith('/f'))).toBe(true)
    }),
  )
})
