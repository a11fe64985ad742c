import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import jsonata206 from 'jsonata-206'
import { afterAll, describe, expect, test } from 'vitest'
import { openPool } from '../../shared/expressions/pool.ts'

const pool = openPool()
afterAll(() => pool.close())

interface Hostile {
  name: string
  source: string
}
const hostile = JSON.parse(
  readFileSync(join(import.meta.dirname, '../hostile/expressions.json'), 'utf8'),
) as Hostile[]

const variables: Record<string, unknown> = {
  a: { b: { c: 5, text: 'Ü😀', list: [1, 2, 3], none: null }, flag: true },
  list: [{ n: 1 }, { n: 2 }],
  n: 7,
  zero: 0,
  text: 'abc',
  empty: '',
  nothing: null,
  no: false,
  emptyList: [],
  emptyObject: {},
  one: [{ n: 1 }],
  nested: [[1], [2]],
}

describe('direct evaluation', () => {
  test.each([
    ['$a.b.c', 5],
    ['$a.b.missing.deeper', undefined],
    ['$unknown', undefined],
    ['{"x": $a.b.c, "y": $unknown}', { x: 5 }],
    ['[$a.b.c, $unknown, $list]', [5, { n: 1 }, { n: 2 }]],
    ['[[1], [2]]', [[1], [2]]],
    ['($x := $n; $x > 5 ? "big" : "small")', 'big'],
    ['$merge([{"p": 1}, $a.b])', { p: 1, c: 5, text: 'Ü😀', list: [1, 2, 3], none: null }],
    ['$length($a.b.text)', 2],
    ['"n=" & $n & $nothing', 'n=7null'],
  ])('%s', (source, value) => {
    expect(pool.evaluateNow(source, variables)).toEqual({ value })
  })

  test('leaves to JSONata what needs sequences', () => {
    for (const source of [
      '$list.n',
      '$list[0]',
      '$sum([1])',
      '$n > "x"',
      '$map($list, function($v) { $v })',
      '$constructor',
    ])
      expect(pool.evaluateNow(source, variables), source).toBeUndefined()
  })

  test('writes nothing into the caller’s variables', () => {
    const own = { n: 1 }

    expect(pool.evaluateNow('($n := 2; $n)', own)).toEqual({ value: 2 })
    expect(own).toEqual({ n: 1 })
  })

  const atom = fc.constantFrom(
    ...[
      '$a.b.c',
      '$a.b',
      '$list',
      '$n',
      '$zero',
      '$text',
      '$empty',
      '$nothing',
      '$no',
      '$emptyList',
      '$emptyObject',
    ],
    ...[
      '$one',
      '$nested',
      '$unknown',
      '$a.flag',
      '$a.b.none',
      '$one.n',
      '1',
      '"x"',
      'null',
      'true',
      '2.5',
      '$a.b.list',
    ],
  )
  const { expression } = fc.letrec<{ expression: string }>((tie) => {
    const e = tie('expression')
    return {
      expression: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        atom,
        fc
          .tuple(e, fc.constantFrom('+', '-', '*', '<', '<=', '>', '>=', '=', '!=', 'and', 'or', '&'), e)
          .map(([a, op, b]) => `(${a} ${op} ${b})`),
        fc.tuple(e, e, e).map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
        fc
          .tuple(
            fc.constantFrom(
              'exists',
              'type',
              'boolean',
              'not',
              'count',
              'length',
              'floor',
              'abs',
              'string',
              'formatBase',
              'merge',
            ),
            e,
          )
          .map(([name, arg]) => `$${name}(${arg})`),
        fc.tuple(e, e).map(([a, b]) => `[${a}, ${b}]`),
        fc.tuple(e, e).map(([a, b]) => `{"p": ${a}, "q": ${b}}`),
        fc.tuple(e, e).map(([a, b]) => `($x := ${a}; [$x, ${b}])`),
        e.map((a) => `$lookup(${a}, "n")`),
      ),
    }
  })

  test('H11 gives exactly what JSONata 2.0.6 gives, or leaves it to JSONata', async () => {
    await fc.assert(
      fc.asyncProperty(expression, async (source) => {
        const direct = pool.evaluateNow(source, variables)
        fc.pre(direct !== undefined)
        const plain = await jsonata206(source).evaluate(undefined, variables)

        expect(JSON.stringify(direct.value)).toBe(JSON.stringify(plain))
      }),
      { numRuns: 2000 },
    )
  })

  test('H11 the pool as a whole gives what 2.0.6 gives, or fails where it fails', async () => {
    await fc.assert(
      fc.asyncProperty(expression, async (source) => {
        const [ours, plain] = await Promise.all([
          pool.evaluate(source, undefined, variables).catch(() => 'failed'),
          jsonata206(source)
            .evaluate(undefined, variables)
            .catch(() => 'failed'),
        ])

        expect(JSON.stringify(ours)).toBe(JSON.stringify(plain))
      }),
      { numRuns: 500 },
    )
  })
})

describe('the functions of Step Functions', () => {
  test.each([
    ['$partition([1,2,3,4,5], 2)', [[1, 2], [3, 4], [5]]],
    ['$range(1, 10, 3)', [1, 4, 7, 10]],
    ['$range(5, 1, -2)', [5, 3, 1]],
    ['$hash("a", "SHA-256")', 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb'],
    ['$hash("a", "MD5")', '0cc175b9c0f1b6a831c399e269772661'],
    ['$parse("{\\"a\\": [1]}")', { a: [1] }],
    ['$random(7) = $random(7)', true],
    ['$length($uuid())', 36],
    ['$pad("a", 3, "-") & $pad("a", -3)', 'a--  a'],
  ])('%s', async (source, value) => {
    expect(await pool.evaluate(source, undefined, {})).toEqual(value)
  })
})

describe('hostile expressions', () => {
  test.each(hostile)('H9 $name ends within a second, and the next works', async ({ source }) => {
    await pool.evaluate('$sum([1])', undefined, {})
    const started = performance.now()
    const outcome = await pool.evaluate(source, undefined, variables).then(
      (value) => ({ value }),
      (error: { code: string }) => ({ code: error.code }),
    )
    const took = performance.now() - started

    expect(took).toBeLessThan(1000)
    if ('code' in outcome) expect(outcome.code).toBe('States.QueryEvaluationError')
    else expect(JSON.stringify(outcome.value ?? null).length).toBeLessThanOrEqual(262_144)
    expect(await pool.evaluate('$sum([2, 3])', undefined, {})).toBe(5)
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  test('what is too deep is refused before it is sent', async () => {
    let deep: unknown = 1
    for (let level = 0; level < 100; level++) deep = [deep]

    await expect(pool.evaluate('$count($deep)~>$sum()', undefined, { deep })).rejects.toMatchObject({
      code: 'States.QueryEvaluationError',
    })
  })

  test('many at once wait their turn by group, and too many are told so', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        pool
          .evaluate('$sum([1])', undefined, {}, { group: `group ${index % 3}` })
          .catch((error: { code: string }) => error.code),
      ),
    )

    expect(outcomes.filter((outcome) => outcome === 1).length).toBeGreaterThanOrEqual(64)
    expect(new Set(outcomes)).toEqual(new Set([1, 'expression_busy']))
  })
})
