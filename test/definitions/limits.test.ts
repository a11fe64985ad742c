import { describe, expect, test } from 'vitest'
import { readDefinition } from '../../shared/definitions/read.ts'

describe('limits', () => {
  const chain = (count: number) => ({
    start: 's0',
    nodes: Object.fromEntries(
      Array.from({ length: count }, (_, n) => [
        `s${n}`,
        { type: 'log', params: { message: 'x' }, ...(n + 1 < count ? { next: `s${n + 1}` } : {}) },
      ]),
    ),
  })

  test('H8 500 steps are read, 501 and 10,000 are told to be too many', () => {
    expect(readDefinition(chain(500)).problems).toEqual([])
    expect(readDefinition(chain(501))).toMatchObject({
      graph: null,
      problems: [{ code: 'too_many_steps', path: '/nodes' }],
    })
    const many = Array.from({ length: 10_000 }, (_, n) => `s${n}: {type: log}`).join(', ')
    expect(readDefinition(`nodes: {${many}}`)).toMatchObject({
      graph: null,
      problems: [{ code: 'too_many_steps' }],
    })
  })

  test('H8 an id of 65 characters', () => {
    const problems = (length: number) =>
      readDefinition({ nodes: { ['a'.repeat(length)]: { type: 'final' } } }).problems

    expect(problems(64)).toEqual([])
    expect(problems(65)).toMatchObject([{ code: 'bad_step_id' }])
  })

  test('bodies may stand in bodies five deep', () => {
    const nested = (depth: number): object =>
      depth === 0
        ? { nodes: { end: { type: 'final' } } }
        : { nodes: { [`e${depth}`]: { type: 'each', params: { items: [1], body: nested(depth - 1) } } } }

    expect(readDefinition(nested(5) as never).problems).toEqual([])
    expect(readDefinition(nested(6) as never).problems).toMatchObject([{ code: 'too_deep' }])
  })

  test('loops that would fill the history are refused together', () => {
    const loop = (id: string, maxIterations: number, next: object) => ({
      [id]: {
        type: 'while',
        params: {
          when: '{{iteration < 10}}',
          maxIterations,
          body: { nodes: { [`${id}log`]: { type: 'log', params: { message: 'x' } } } },
        },
        ...next,
      },
    })
    const flow = (maxIterations: number) =>
      readDefinition({
        nodes: { ...loop('a', 900, { next: 'b' }), ...loop('b', maxIterations, {}) },
      } as never)

    expect(flow(900).problems).toEqual([])
    expect(flow(1000).problems).toMatchObject([
      { code: 'too_many_events', stepId: 'a' },
      { code: 'too_many_events', stepId: 'b' },
    ])
  })

  test('of very many problems the first thousand are listed', () => {
    const keys = Array.from({ length: 1500 }, (_, n) => `k${n}: 1`).join('\n')

    const { problems } = readDefinition(`${keys}\nnodes: {a: {type: final}}`)

    expect(problems).toHaveLength(1001)
    expect(problems.at(-1)).toMatchObject({ code: 'too_many_problems' })
  })
})
