// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax under test
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { translateJavaScript } from '../../shared/expressions/javascript.ts'
import { printValue } from '../../shared/expressions/print.ts'
import { parseTemplate } from '../../shared/expressions/template.ts'
import { evaluate206 } from './evaluate.ts'

const names = {
  lookup: (name: string) => ({ input: '$input', status: '$s_status', 'a-b': '$s_a_b' })[name],
}

const input = {
  five: 5,
  text: 'x',
  digits: '5',
  list: [1, 2, { b: 3 }],
  object: { k: 'v' },
  empty: [],
  none: null,
  yes: true,
  no: false,
  zero: 0,
  blank: '',
}
const shared = { status: 'ok', 'a-b': { c: 1 } }

async function run(javascript: string): Promise<string> {
  const printed = printValue(parseTemplate(translateJavaScript(`\${${javascript}}`)), names)
  return evaluate206(printed, { input, s_status: shared.status, s_a_b: shared['a-b'] })
}

// What JavaScript itself makes of it; null where it would fail or give nothing.
function meant(javascript: string): string {
  try {
    const value = new Function('input', 'shared', `return (${javascript})`)(input, shared)
    return JSON.stringify(value ?? null) ?? 'null'
  } catch {
    return 'null'
  }
}

describe('JavaScript keeps its meaning', () => {
  test.each([
    'input.five',
    'input["object"]["k"]',
    'input.object?.k',
    'input.list.length',
    'input.text.length',
    'input.list[0]',
    'input.list[2].b',
    'input.list[7]',
    'input.list[input.zero]',
    'input.object[input.text]',
    'input.five[0]',
    'shared.status',
    'shared["a-b"].c',
    '"n: " + input.five + "!"',
    'input.five + input.digits',
    'input.digits + input.five',
    'input.five + 1',
    'input.five + input.none',
    'input.yes + input.yes',
    '"a" + input.none + input.missing + input.no',
    'input.five === 5',
    'input.five === "5"',
    'input.five == "5"',
    'input.digits == 5',
    'input.yes == 1',
    'input.blank == 0',
    'input.none == undefined',
    'input.missing == null',
    'input.missing === undefined',
    'input.none === null',
    'input.missing === input.other',
    'input.five !== 6',
    'input.missing !== 6',
    'input.five != input.digits',
    'input.five > 4',
    'input.digits > 4',
    'input.none < 1',
    'input.missing < 1',
    'input.text < "y"',
    '4 < input.five',
    'input.five >= input.digits',
    'input.text > input.five',
    'input.empty && "yes"',
    'input.object && 1',
    'input.blank || "default"',
    'input.zero || input.five',
    'input.five && input.text',
    'input.five === 5 && input.text === "x"',
    'input.five === 5 && input.text',
    'input.no || input.none || "last"',
    '!input.empty',
    '!input.missing',
    '!(input.five > 4)',
    'input.empty ? 1 : 2',
    'input.blank ? 1 : 2',
    '"" ? 1 : 2',
    'input.five > 4 || input.missing ? "a" : "b"',
    'JSON.stringify(input.object)',
    'JSON.stringify(input.text)',
    'JSON.stringify(input.five)',
    'JSON.stringify(input.none)',
    'JSON.stringify({ a: input.list, b: [input.list, input.five, input.missing], "c d": input.missing })',
    'JSON.stringify(input.object, null, 2)',
    '[input.list, [1, [2]], "x"]',
    '({ a: input.five, b: { c: [] } })',
    '-5 < input.zero',
    'true',
    '(input.five)',
    '"}" + "${"',
    'input.five - 1',
    'input.digits * 3 - 1',
    'input.five / input.digits',
    '-7 % input.five',
    'input.text * 2',
    'input.yes - input.none',
    '-input.five',
    '-input.text',
    '+input.digits',
    'input.missing ?? 7',
    'input.zero ?? 7',
    'input.none ?? input.text',
    '`n=${input.five}, ${input.text}${input.none}`',
    '`` + input.five',
  ])('%s', async (javascript) => {
    expect(await run(javascript)).toBe(meant(javascript))
  })

  test('for any values on both sides of an operator', async () => {
    const operand = fc.constantFrom(
      ...Object.keys(input).map((name) => `input.${name}`),
      'input.missing',
      '"x"',
      '5',
      'null',
    )
    const operator = fc.constantFrom(
      '===',
      '!==',
      '==',
      '!=',
      '<',
      '<=',
      '>',
      '>=',
      '&&',
      '||',
      '+',
      '-',
      '*',
      '??',
    )
    const isObject = /input\.(list|object|empty)/

    const property = fc.asyncProperty(operand, operator, operand, async (left, sign, right) => {
      // Objects are compared in depth and joined as JSON, which is said in the docstring.
      fc.pre(/&&|\|\||\?\?/.test(sign) || !(isObject.test(left) || isObject.test(right)))
      const javascript = `${left} ${sign} ${right}`

      expect(await run(javascript), javascript).toBe(meant(javascript))
    })
    await fc.assert(property, { numRuns: 400 })
  })
})

describe('the text around stays', () => {
  test('as it is', () => {
    expect(translateJavaScript('plain {x} $y')).toBe('plain {x} $y')
    expect(translateJavaScript('a ${input.x} b ${input.y}')).toBe('a {{ input.x }} b {{ input.y }}')
    expect(translateJavaScript('Bearer ${secrets.KEY}')).toBe('Bearer {{ secrets.KEY }}')
    expect(translateJavaScript('${shared["a-b"]}')).toBe('{{ `a-b` }}')
    expect(translateJavaScript('${item.id}')).toBe('{{ item.id }}')
  })

  test('even where it ends in a brace', async () => {
    const printed = printValue(parseTemplate(translateJavaScript('{"n": {${input.five}}}')), names)

    expect(await evaluate206(printed, { input })).toBe('"{\\"n\\": {5}}"')
  })
})

test.each([
  ['x ${Math.PI}', 4, 'is not there'],
  ['${shared}', 2, 'shared.NAME'],
  ['${shared[input.x]}', 2, 'fixed name'],
  ['ab ${fetch("x")}', 5, 'This call'],
  ['${JSON.parse("1")}', 2, 'This call'],
  ['${input.a = 3}', 2, 'AssignmentExpression'],
  ['${typeof input.a}', 2, 'The operator `typeof`'],
  ['${input.a ** 2}', 2, 'The operator `**`'],
  ['${input.a++}', 2, 'UpdateExpression'],
  ['${new Date()}', 2, 'NewExpression'],
  ['${() => 1}', 2, 'ArrowFunctionExpression'],
  ['${/a/}', 2, 'literal'],
  ['${this.x}', 2, 'ThisExpression'],
  ['${input.__proto__}', 2, 'cannot be read'],
  ['${input.a', 0, 'not closed'],
  ['${input.a input.b}', 0, 'not closed'],
  ['${input.a +}', 11, 'Unexpected token'],
])('%s is refused with its place', (text, offset, hint) => {
  expect(() => translateJavaScript(text)).toThrow(
    expect.objectContaining({
      code: expect.stringMatching(/^expression_(syntax|unsupported)$/),
      message: expect.stringContaining(hint),
      offset,
    }),
  )
})

test('a dollar before a template is a dollar', () => {
  expect(translateJavaScript('Costs ${{price}}, not ${input.price}')).toBe(
    'Costs ${{price}}, not {{ input.price }}',
  )
})
