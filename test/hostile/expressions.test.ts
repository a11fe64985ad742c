import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ExpressionError } from '../../shared/expressions/error.ts'
import { openPool } from '../../shared/expressions/pool.ts'
import { parseTemplate } from '../../shared/expressions/template.ts'
import { eventually } from '../eventually.ts'
import corpus from './expressions.json' with { type: 'json' }
import { watchTurns } from './turns.ts'

const pool = openPool({ size: 2 })
const neighbour = openPool({ size: 1 })

const variables = { list: Array.from({ length: 10_000 }, (_none, at) => at), a40: 'a'.repeat(40) }

// A child that is started on a busy machine takes its time; only evaluations are bounded.
/** Evaluates what any child can; a new one on a machine that other tests keep busy may not be in time at once. */
const warm = (one: typeof pool) => eventually(() => one.evaluate('$uppercase("a")', undefined, {}))

beforeAll(async () => {
  await Promise.all([warm(pool), warm(pool), warm(neighbour)])
})

afterAll(() => {
  pool.close()
  neighbour.close()
})

interface Case {
  name: string
  source?: string
  /** Text, how often, and what stands in the middle and once more behind it. */
  repeat?: (string | number)[]
}

function sourceOf({ source, repeat }: Case): string {
  if (source !== undefined) return source
  const [text, count, middle = '', after = ''] = repeat as [string, number, string?, string?]
  return `${text.repeat(count)}${middle}${after.repeat(count)}`
}

/** A second on a machine of its own; on one that other tests keep busy, several. What is not stopped never ends. */
const bearableMs = 10_000

describe('H9 an expression that means harm', () => {
  test.each(corpus.evaluated as Case[])('$name: ends in time, with a code', async (hostile) => {
    const start = performance.now()
    const outcome = pool.evaluate(sourceOf(hostile), undefined, variables)

    await expect(outcome).rejects.toMatchObject({ code: 'States.QueryEvaluationError' })
    expect(performance.now() - start).toBeLessThan(bearableMs)
    expect(await warm(pool)).toBe('A')
  })

  test.each(corpus.harmless)('$name: comes to nothing', async ({ source }) => {
    const start = performance.now()
    const outcome = await pool.evaluate(source, undefined, variables).catch((error: unknown) => error)

    if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'States.QueryEvaluationError' })
    else expect(JSON.stringify(outcome ?? null)).not.toMatch(/polluted|true,|native code/)
    expect(performance.now() - start).toBeLessThan(bearableMs)
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
    const after = () => pool.evaluate('$uppercase("a") & $string({}.polluted)', undefined, {})
    expect(await eventually(after)).toBe('A')
  })

  test('does not hold up its neighbours', async () => {
    let left = 6
    const attack = Promise.allSettled(
      Array.from({ length: left }, () =>
        pool
          .evaluate('($f := function($x){ $f($x) }; $f(1))', undefined, {}, { group: 'bad' })
          .finally(() => left--),
      ),
    )
    const good = await pool.evaluate('$uppercase("good")', undefined, {}, { group: 'good' })
    const leftThen = left

    expect(good).toBe('GOOD')
    // Two children were busy with the first two attacks; the neighbour was next.
    expect(leftThen).toBeGreaterThanOrEqual(3)
    expect(await warm(neighbour)).toBe('A')
    expect((await attack).every(({ status }) => status === 'rejected')).toBe(true)
  })

  test('never stops the main process', async () => {
    const turns = watchTurns()

    await Promise.allSettled([
      pool.evaluate('$count($list.($list[$ > 1]))', undefined, variables),
      pool.evaluate('$list[$list[$list[$ = 1] = 1] = 1]', undefined, variables),
    ])
    const longest = turns.end()

    expect(longest).toBeLessThan(300)
  })
})

describe('H10 H11 a template that means harm is refused when it is read', () => {
  test.each(corpus.templates)('%s', (template) => {
    expect(() => parseTemplate(template)).toThrow(ExpressionError)
  })
})
