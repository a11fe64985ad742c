import { describe, expect, test } from 'vitest'
import { readDefinition } from '../../shared/definitions/read.ts'
import { isFault } from '../../shared/faults.ts'
import { languageExample, seed003, seed003AsPrinted } from './seeds.ts'

function refusal(definition: string | object): unknown {
  try {
    readDefinition(definition as never)
  } catch (error) {
    if (!isFault(error, 'validation_failed')) throw error
    return error.details.issues
  }
  throw new Error('The definition was read')
}

describe('the document of the language page', () => {
  const { graph, problems, written } = readDefinition(languageExample)

  test('reads with no problem, and its text is kept as it is', () => {
    expect(problems.map(({ code }) => code)).toEqual(['no_user_made'])
    expect(written).toEqual({ text: languageExample, format: 'yaml', dialect: 'nodes' })
  })

  test('becomes a graph with its defaults', () => {
    expect(graph).toMatchObject({
      metadata: { name: 'Renewal risk', description: 'Scores a renewal', version: '1.0.0' },
      inputs: [
        { name: 'customerId', type: 'text', required: true },
        { name: 'topic', type: 'select', required: false, default: 'renewal', options: ['renewal', 'churn'] },
      ],
      start: 'fetch',
    })
    expect(Object.keys(graph?.nodes ?? {})).toEqual(['fetch', 'score', 'good', 'bad', 'sorry'])
    expect(graph?.nodes.fetch).toEqual({
      id: 'fetch',
      type: 'http.request',
      writtenType: 'http.request',
      name: 'Fetch the customer',
      params: {
        url: 'https://crm.example.com/customers/{{customerId}}',
        headers: { Authorization: 'Bearer {{secrets.CRM_KEY}}' },
      },
      output: 'customer',
      retry: {
        maxAttempts: 3,
        intervalSeconds: 1,
        backoffRate: 2,
        maxDelaySeconds: 30,
        on: ['Http.Timeout', 'Http.5xx'],
      },
      timeoutSeconds: 20,
      next: { default: 'score', error: 'sorry' },
      bodies: {},
    })
  })

  test('writes out the row that a case names as a step', () => {
    expect(graph?.nodes.score?.next).toEqual({ default: 'bad', good: 'good' })
  })
})

describe('the definition that seed 003 prints', () => {
  test('reads without a problem', () => {
    const { graph, problems, written } = readDefinition(seed003)

    expect(problems).toEqual([])
    expect(written).toEqual({ text: seed003, format: 'yaml', dialect: 'nodes' })
    expect(graph?.start).toBe('start')
    expect(graph?.nodes.start).toMatchObject({
      type: 'http.request',
      name: 'start',
      next: { default: 'end' },
    })
  })

  test('reads the same as printed, its indentation lost, and says so', () => {
    const { graph, problems, written } = readDefinition(seed003AsPrinted)

    expect(written.text).toBe(seed003AsPrinted)
    expect(graph).toEqual(readDefinition(seed003).graph)
    expect(problems).toMatchObject([{ severity: 'warning', code: 'indentation_lost', line: 6 }])
  })

  test('names the written line of a problem in a text without indentation', () => {
    const wrong = seed003AsPrinted.replace('default: "end"', 'default: "ende"')

    expect(readDefinition(wrong).problems).toMatchObject([
      { code: 'indentation_lost' },
      { code: 'unknown_target', path: '/nodes/start/next/default', line: 13, column: 2 },
      { code: 'several_starts', stepId: 'end' },
    ])
  })

  test('is the same document as an object, kept as JSON text with two-space indent', () => {
    const object = { metadata: { name: 'My Flow' }, nodes: { end: { type: 'final' } } }

    const { written, problems } = readDefinition(object)

    expect(problems).toEqual([])
    expect(written).toEqual({ text: JSON.stringify(object, null, 2), format: 'json', dialect: 'nodes' })
  })
})

describe('defaults', () => {
  test('of a flow that says nothing but one step', () => {
    expect(readDefinition({ nodes: { only: { type: 'final' } } }).graph).toEqual({
      metadata: { name: '' },
      triggers: [{ type: 'api' }],
      settings: { waitTimeoutSeconds: 604_800, durability: 'auto', syncSeconds: 25, retentionDays: null },
      start: 'only',
      nodes: {
        only: {
          id: 'only',
          type: 'final',
          writtenType: 'final',
          name: 'only',
          params: {},
          output: 'only',
          next: {},
          bodies: {},
        },
      },
    })
  })

  test('of a flow that only journeys start: a wait of 900 s', () => {
    const triggers = [{ type: 'journey', flowType: 'REGISTRATION' }]

    expect(
      readDefinition({ triggers, nodes: { a: { type: 'final' } } }).graph?.settings.waitTimeoutSeconds,
    ).toBe(900)
  })

  test('aliases are resolved, the written type is kept', () => {
    const { graph } = readDefinition({ nodes: { a: { type: 'http', params: { url: 'https://x.example' } } } })

    expect(graph?.nodes.a).toMatchObject({ type: 'http.request', writtenType: 'http' })
  })

  test('bodies become scopes, and leave the params', () => {
    const inner = { nodes: { hello: { type: 'log', params: { message: 'Hello {{item}}' } } } }
    const { graph, problems } = readDefinition({
      nodes: {
        all: { type: 'each', params: { items: '{{list}}', body: inner }, next: 'both' },
        both: {
          type: 'parallel',
          params: {
            branches: {
              left: { nodes: { l: { type: 'final' } } },
              right: { nodes: { r: { type: 'final' } } },
            },
          },
        },
      },
    })

    expect(problems).toEqual([])
    expect(graph?.nodes.all).toMatchObject({
      params: { items: '{{list}}' },
      bodies: { body: { start: 'hello' } },
    })
    expect(graph?.nodes.all?.params).not.toHaveProperty('body')
    expect(Object.keys(graph?.nodes.both?.bodies ?? {})).toEqual(['left', 'right'])
  })

  test('an empty flow, as a new one is, has a graph and the problem that it does nothing', () => {
    const { graph, problems } = readDefinition({ metadata: { name: 'New' }, nodes: {} })

    expect(graph).toMatchObject({ metadata: { name: 'New' }, start: '', nodes: {} })
    expect(problems).toMatchObject([{ severity: 'error', code: 'no_start', path: '/nodes' }])
  })

  test('H2 step ids that mean something to JavaScript are steps like others', () => {
    const { graph, problems } = readDefinition({
      start: 'constructor',
      nodes: {
        constructor: { type: 'log', params: { message: 'x' }, next: 'toString' },
        toString: { type: 'final' },
      },
    } as never)

    expect(problems).toEqual([])
    expect(Object.keys(graph?.nodes ?? {})).toEqual(['constructor', 'toString'])
    expect(
      readDefinition({ nodes: { a: { type: 'log', params: { message: 'x' }, next: 'valueOf' } } }).problems,
    ).toMatchObject([{ code: 'unknown_target' }])
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })
})

describe('texts that cannot be read', () => {
  test.each([
    ['H3 a key given twice', 'nodes: {}\nmetadata: {}\nnodes: {}', 'yaml_duplicate_key', 3, 1],
    ['bad YAML', 'nodes:\n  a: b: c', 'yaml_syntax', 2, 7],
    ['bad JSON', '{"nodes": {,}}', 'json_syntax', 1, 12],
    ['an alias', 'a: *b', 'yaml_alias', 1, 5],
    ['a list', '- a', 'not_an_object', 1, 1],
    ['a word', 'hello', 'not_an_object', 1, 1],
    ['nothing', '', 'yaml_empty', 1, 1],
  ])('%s is told with line and column', (_, text, code, line, column) => {
    expect(refusal(text)).toEqual([{ path: '/definition', code, message: expect.any(String), line, column }])
  })

  test('H8 one byte more than 256 KiB is told to be too large', () => {
    const start = 'nodes: {a: {type: final}} # '

    expect(readDefinition(start.padEnd(262_144, 'x')).problems).toEqual([])
    expect(refusal(start.padEnd(262_145, 'x'))).toMatchObject([{ code: 'too_large' }])
    expect(refusal(`${start}${'é'.repeat(131_072)}`)).toMatchObject([{ code: 'too_large' }])
  })

  test('an object that would be too large with its indent is kept without', () => {
    const nodes = Object.fromEntries(Array.from({ length: 6000 }, (_, n) => [`k${n}`, [n, n]]))

    expect(readDefinition({ nodes } as never).written.text).toBe(JSON.stringify({ nodes }))
  })

  test('an object that is no JSON', () => {
    const circle: Record<string, unknown> = {}
    circle.self = circle

    expect(refusal(circle)).toMatchObject([{ code: 'not_json' }])
  })
})
