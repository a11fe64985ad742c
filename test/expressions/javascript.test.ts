import jsonata from 'jsonata'
import { describe, expect, test } from 'vitest'
import { translateJavaScript } from '../../shared/expressions/javascript.ts'
import { printText, printValue } from '../../shared/expressions/print.ts'
import { parseTemplate } from '../../shared/expressions/template.ts'

const input = {
  n: 2,
  zero: 0,
  text: 'a"b',
  empty: '',
  list: [],
  object: { deep: { x: 1 } },
  yes: true,
  items: [5, 6],
  nothing: null,
}
const names = { lookup: (name: string) => (name === 'input' ? '$input' : undefined) }

async function run(written: string): Promise<unknown> {
  const template = parseTemplate(translateJavaScript(written))
  const printed = template.whole ? printValue(template, names) : printText(template, names)
  const value = await jsonata(printed).evaluate(undefined, { input })
  return JSON.parse(JSON.stringify(value))
}

/** What JavaScript itself makes of it; missing members are null, as everywhere in the language. */
const cases: [written: string, expected: unknown][] = [
  ['${input.n}', 2],
  ['${input.object.deep.x}', 1],
  ["${input['text']}", 'a"b'],
  ['${input.items[1]}', 6],
  ['${input.missing}', null],
  ['${input.missing?.deeper}', null],
  ['n is ${input.n}!', 'n is 2!'],
  ['${"a" + input.n}', 'a2'],
  ['${input.n + 1}', 3],
  ['${input.n + input.text}', '2a"b'],
  ['${1 + 2 + "x"}', '3x'],
  ['${input.n * 3 - 1}', 5],
  ['${input.n > 1}', true],
  ['${input.n === 2}', true],
  ['${input.n !== 2}', false],
  ['${input.missing == null}', true],
  ['${input.nothing === null}', true],
  ['${input.n != null}', true],
  ['${input.missing === undefined}', true],
  ['${input.list ? "yes" : "no"}', 'yes'],
  ['${input.zero ? "yes" : "no"}', 'no'],
  ['${input.empty || "default"}', 'default'],
  ['${input.text || "default"}', 'a"b'],
  ['${input.zero ?? 7}', 0],
  ['${input.missing ?? 7}', 7],
  ['${input.yes && input.n}', 2],
  ['${input.zero && input.n}', 0],
  ['${!input.empty}', true],
  ['${!input.list}', false],
  ['${-input.n}', -2],
  ['${(input.n > 1 || input.zero > 1) && input.yes}', true],
  ['${input.text.length}', 3],
  ['${input.items.length}', 2],
  ['${JSON.stringify(input.items)}', '[5,6]'],
  ['${JSON.stringify(input.text)}', '"a\\"b"'],
  ['${JSON.stringify(input.object)}', '{"deep":{"x":1}}'],
  ['${`n=${input.n}`}', 'n=2'],
  ['{"x": ${JSON.stringify(input.object)}}', '{"x": {"deep":{"x":1}}}'],
]

test.each(cases)('%s', async (written, expected) => {
  expect(await run(written)).toEqual(expected)
})

describe('anything else is refused with its place', () => {
  test.each([
    ['${fetch("x")}', 2],
    ['ab ${input.n++}', 5],
    ['${() => 1}', 2],
    ['${input[input.n]}', 8],
    ['${new Date()}', 2],
    ['${typeof input}', 2],
    ['${input.items.map(x => x)}', 2],
    ['${/a/}', 2],
    ['${this}', 2],
    ['${a = 1}', 2],
    ['${input.n', 9],
    ['${input.n +}', 11],
    ['${}', 2],
  ])('%s', (written, offset) => {
    expect(() => translateJavaScript(written)).toThrow(
      expect.objectContaining({ name: 'ExpressionError', offset }),
    )
  })
})
