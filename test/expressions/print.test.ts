import * as fc from 'fast-check'
import jsonata from 'jsonata'
import jsonata206 from 'jsonata-206'
import { describe, expect, test } from 'vitest'
import { type Names, printCondition, printText, printValue } from '../../shared/expressions/print.ts'
import { parseTemplate } from '../../shared/expressions/template.ts'
import { canFail } from '../../shared/expressions/total.ts'

const context: Record<string, unknown> = {
  customer: {
    name: 'Ada',
    score: 82,
    tags: ['a', 'b'],
    items: [{ price: 3 }, { price: 5 }],
    one: [1],
  },
  topic: 'renewal',
  big: 9007199254740991,
  count: 3,
  flag: true,
  nothing: null,
  list: [1, 2, 3],
  precise: 1732253888123456,
}
const names: Names = {
  lookup: (name) =>
    name === 'count' ? '$inputs.count' : Object.hasOwn(context, name) ? `$s_${name}` : undefined,
}
const bindings = {
  ...Object.fromEntries(Object.entries(context).map(([name, value]) => [`s_${name}`, value])),
  inputs: context,
}

/** Evaluates as both versions do, which must agree. */
async function evaluate(text: string): Promise<unknown> {
  const now = await jsonata(text).evaluate(undefined, bindings)
  const then = await jsonata206(text).evaluate(undefined, bindings)
  expect(JSON.stringify(now)).toBe(JSON.stringify(then))
  return now === undefined ? undefined : JSON.parse(JSON.stringify(now))
}

const value = (text: string) => evaluate(printValue(parseTemplate(text), names))
const condition = (text: string) => evaluate(printCondition(parseTemplate(text), names))
const text = (written: string) => evaluate(printText(parseTemplate(written), names))

describe('a value', () => {
  test.each([
    ['{{customer}}', '$s_customer'],
    ['{{count}}', '($exists($inputs.count) ? $inputs.count : null)'],
    ['{{customer.score > 80}}', '($type($s_customer.score) = "number" ? $s_customer.score > 80 : false)'],
    ['{{"text"}}', '"text"'],
    ['{{42}}', '42'],
    ['{{unknown.member}}', '($_v := (null).member; $exists($_v) ? $_v : null)'],
  ])('%s is printed as %s', (written, printed) => {
    expect(printValue(parseTemplate(written), names)).toBe(printed)
  })

  test.each([
    ['{{customer.score}}', 82],
    ['{{customer}}', context.customer],
    ['{{customer.one}}', [1]],
    ['{{customer.items.price}}', [3, 5]],
    ['{{customer.items[price > 3].price}}', 5],
    ['{{customer.items[0].price}}', 3],
    ['{{$sum(customer.items.price)}}', 8],
    ['{{customer.missing}}', null],
    ['{{customer.missing.deeper}}', null],
    ['{{unknown}}', null],
    ['{{unknown.member}}', null],
    ['{{nothing}}', null],
    ['{{count * 2 + 1}}', 7],
    ['{{topic * 2}}', null],
    ['{{unknown + 1}}', null],
    ['{{count / 0}}', null],
    ['{{count % 0}}', null],
    ['{{-count}}', -3],
    ['{{-topic}}', null],
    ['{{customer.name & "!"}}', 'Ada!'],
    ['{{{"a": count, "b": [customer.score]}}}', { a: 3, b: [82] }],
    ['{{[1..count]}}', [1, 2, 3]],
    ['{{[1..topic]}}', []],
    ['{{[1..1e9]}}', []],
    ['{{count > 2 ? "many" : "few"}}', 'many'],
    ['{{$uppercase(topic)}}', 'RENEWAL'],
    ['{{$uppercase(count)}}', null],
    ['{{$uppercase(unknown)}}', null],
    ['{{$sum(topic)}}', null],
    ['{{$sum(list)}}', 6],
    ['{{$substring(topic, 0, 3)}}', 'ren'],
    ['{{$substring(topic, "0")}}', null],
    ['{{$join(customer.tags, ", ")}}', 'a, b'],
    ['{{$map(list, function($v) { $v * count })}}', [1, 2, 3].map((n) => n * 3)],
    ['{{$filter(list, function($v) { $v > 1 })}}', [2, 3]],
    ['{{($x := count; $x + 1)}}', 4],
    ['{{"renewal" in [topic]}}', true],
    ['{{customer.tags ~> $count()}}', 2],
    ['{{customer.items.(price * 2)}}', [6, 10]],
    ['{{customer.items{"p": $sum(price)}}}', { p: 8 }],
    ['{{customer.items^(>price).price}}', [5, 3]],
    ['{{customer.items#$i.{"at": $i}}}', [{ at: 0 }, { at: 1 }]],
    ['{{customer.`name`}}', 'Ada'],
    ['{{$lookup(customer, "score")}}', 82],
    ['{{$exists(customer.missing)}}', false],
    ['{{precise}}', 1732253888123456],
  ])('%s', async (written, expected) => {
    expect(await value(written)).toEqual(expected)
  })
})

describe('a condition', () => {
  test.each([
    ['{{customer.score > 80}}', true],
    ['{{customer.score > 90}}', false],
    ['{{unknown > 1}}', false],
    ['{{topic > 1}}', false],
    ['{{nothing < 1}}', false],
    ['{{customer > customer}}', false],
    ['{{topic < "z"}}', true],
    ['{{"a" > 1}}', false],
    ['{{flag}}', true],
    ['{{unknown}}', false],
    ['{{nothing}}', false],
    ['{{topic = "renewal"}}', true],
    ['{{flag and count > 1}}', true],
    ['{{flag and unknown > 1}}', false],
    ['{{flag and topic > 1 or count = 3}}', true],
    ['{{$not(flag)}}', false],
    ['{{list}}', true],
    ['{{$contains(count, "x")}}', false],
    ['{{$contains(topic, "new")}}', true],
  ])('%s is %s', async (written, expected) => {
    expect(await condition(written)).toBe(expected)
  })
})

describe('mixed text', () => {
  test.each([
    ['Hello {{customer.name}}, {{count}} times', 'Hello Ada, 3 times'],
    ['[{{unknown}}{{nothing}}]', '[]'],
    ['{{precise}} exact', '1732253888123456 exact'],
    ['{{big}}/', '9007199254740991/'],
    ['{{list}}.', '[1,2,3].'],
    ['{{ {"a": 1} }}.', '{"a":1}.'],
    ['100 {% of %} {{count}}', '100 {% of %} 3'],
    ['"quoted" \\ {{topic}}', '"quoted" \\ renewal'],
    ['{{1.5}} and {{-2}} and {{-0.25}}', '1.5 and -2 and -0.25'],
    ['plain', 'plain'],
  ])('%s', async (written, expected) => {
    expect(await text(written)).toBe(expected)
  })

  test('never holds what ends a state’s expression', () => {
    expect(printText(parseTemplate('a %} b {% {{topic}}'), names)).not.toMatch(/%}|{%/)
  })
})

const atom = fc.constantFrom(
  'customer.score',
  'customer.name',
  'topic',
  'count',
  'flag',
  'nothing',
  'list',
  'unknown',
  'customer.items.price',
  'customer',
  '1',
  '"x"',
  'null',
  'customer.items[price > 3]',
  '0',
  'list[0]',
  'customer.missing',
)
const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    atom,
    fc
      .tuple(
        tie('expression'),
        fc.constantFrom('+', '-', '*', '/', '%', '<', '<=', '>', '>=', '=', '!=', 'and', 'or', '&', 'in'),
        tie('expression'),
      )
      .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
    fc
      .tuple(tie('expression'), tie('expression'), tie('expression'))
      .map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
    fc
      .tuple(
        fc.constantFrom(
          'uppercase',
          'sum',
          'length',
          'string',
          'floor',
          'max',
          'not',
          'exists',
          'type',
          'count',
          'trim',
          'keys',
          'merge',
          'abs',
          'sqrt',
          'average',
          'distinct',
          'reverse',
          'boolean',
        ),
        tie('expression'),
      )
      .map(([name, arg]) => `$${name}(${arg})`),
    fc
      .tuple(
        fc.constantFrom(
          'contains',
          'split',
          'join',
          'substringAfter',
          'append',
          'lookup',
          'pad',
          'substring',
        ),
        tie('expression'),
        tie('expression'),
      )
      .map(([name, a, b]) => `$${name}(${a}, ${b})`),
    tie('expression').map((inner) => `-${inner}`),
    tie('expression').map((inner) => `[${inner}, 1]`),
    tie('expression').map((inner) => `{"k": ${inner}}`),
    tie('expression').map((inner) => `$map(list, function($i) { $i + ${inner} })`),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `($x := ${a}; [$x, ${b}])`),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `[${a}..${b}]`),
  ),
}))

test('what cannot fail by its tree never fails, whatever its operands are', async () => {
  await fc.assert(
    fc.asyncProperty(expression, async (source) => {
      const template = parseTemplate(`{{${source} }}`)
      const [part] = template.parts
      fc.pre(part !== undefined && 'tree' in part && !canFail(part.tree))

      expect(await evaluate(printValue(template, names))).not.toBeUndefined()
      expect(typeof (await evaluate(printCondition(template, names)))).toBe('boolean')
      expect(typeof (await evaluate(printText(template, names)))).toBe('string')
    }),
    { numRuns: 600 },
  )
})

test('where plain JSONata gives a value, the printed one is equal', async () => {
  await fc.assert(
    fc.asyncProperty(expression, async (source) => {
      fc.pre(!/unknown|missing|nothing|null/.test(source))
      const plain = await jsonata206(source)
        .evaluate(context)
        .catch(() => undefined)
      // Inside, plain JSONata may have dropped what the printed expression makes null or false.
      fc.pre(plain !== undefined && !/[<>+*/%-]|\$|\.\./.test(source.replaceAll('price > 3', '')))

      expect(await value(`{{${source} }}`)).toEqual(JSON.parse(JSON.stringify(plain)))
    }),
    { numRuns: 300 },
  )
})
