import { describe, expect, test } from 'vitest'
import { canFail, weaknessOf } from '../../shared/expressions/fallible.ts'
import { parseExpression } from '../../shared/expressions/gate.ts'
import { printCondition, printText, printValue } from '../../shared/expressions/print.ts'
import { parseTemplate } from '../../shared/expressions/template.ts'
import { evaluate206 } from './evaluate.ts'

const known: Record<string, string> = {
  inputs: '$inputs',
  topic: '$inputs.topic',
  customer: '$s_customer',
  items: '$s_items',
  item: '$item',
  approval: '{ "decision": $s_ask.decision }',
}
const names = { lookup: (name: string) => known[name] }

const value = (text: string) => printValue(parseTemplate(text), names)
const condition = (text: string) => printCondition(parseTemplate(text), names)
const text = (template: string) => printText(parseTemplate(template), names)

describe('a value', () => {
  test.each([
    ['{{inputs}}', '$inputs'],
    ['{{item}}', '$item'],
    ['{{customer.body.score}}', '($v := $s_customer.body.score; $exists($v) ? $v : null)'],
    ['{{topic}}', '($v := $inputs.topic; $exists($v) ? $v : null)'],
    ['{{unknown}}', 'null'],
    ['{{unknown.deep[0]}}', 'null'],
    ['{{"a"}}', '"a"'],
    ['{{1 + 2}}', '1 + 2'],
    ['{{customer.score > 80}}', '($l := $s_customer.score; $type($l) = "number" and $l > 80)'],
    ['{{customer.score + 1}}', '($l := $s_customer.score; $type($l) = "number" ? $l + 1 : null)'],
    ['{{$count(items) > 3}}', '$count($s_items) > 3'],
    ['{{topic = "renewal"}}', '$inputs.topic = "renewal"'],
    ['{{topic = "a" ? 1 : 2}}', '$inputs.topic = "a" ? 1 : 2'],
    ['{{$uppercase(topic)}}', '($v := $inputs.topic; $type($v) = "string" ? $uppercase($v) : null)'],
    ['{{ {"id": topic, "n": 1} }}', '{ "id": $inputs.topic, "n": 1 }'],
    ['{{approval.decision}}', '($v := ({ "decision": $s_ask.decision }).decision; $exists($v) ? $v : null)'],
    ['{{topic[0]}}', '($v := ($inputs.topic)[0]; $exists($v) ? $v : null)'],
    ['{{items[0].name}}', '($v := $s_items[0].name; $exists($v) ? $v : null)'],
    ['{{items[]}}', '($v := { "items": $s_items }.items[]; $exists($v) ? $v : null)'],
    ['{{items.parts.(%.id)}}', '($v := { "items": $s_items }.items.parts.(%.id); $exists($v) ? $v : null)'],
  ])('%s is short', (template, printed) => {
    expect(value(template)).toBe(printed)
  })

  test('of mixed text is text', () => {
    expect(value('a {{"b"}}')).toBe('"a " & "b"')
  })

  test("keeps the author's variables apart from the machine's", async () => {
    const printed = value('{{($s_customer := 2; $v := 3; customer.n + $s_customer + $v)}}')

    expect(await evaluate206(printed, { s_customer: { n: 10 } })).toBe('15')
  })
})

describe('a condition', () => {
  test.each([
    ['{{customer.vip}}', '$s_customer.vip ? true : false'],
    [' {{customer.vip}} ', '$s_customer.vip ? true : false'],
    ['{{customer.score > 80}}', '($l := $s_customer.score; $type($l) = "number" and $l > 80)'],
    ['{{topic = "a" and customer.vip}}', '$inputs.topic = "a" and $s_customer.vip'],
    ['{{unknown}}', 'false'],
    ['true', 'true'],
    ['false', 'false'],
    ['', 'false'],
    ['some words', 'true'],
  ])('%s is short', (template, printed) => {
    expect(condition(template)).toBe(printed)
  })
})

describe('text', () => {
  const vars = { inputs: { topic: 'x' }, item: null, s_items: [1], s_customer: {} as Record<string, unknown> }

  test.each([
    [1732253888123456, '1732253888123456'],
    [9007199254740991, '9007199254740991'],
    [-12, '-12'],
    [0.1, '0.1'],
    [2.5, '2.5'],
    [1e21, '1e+21'],
    [null, ''],
    [undefined, ''],
    [true, 'true'],
    [false, 'false'],
    ['', ''],
    [{ a: [1, 'b'] }, '{"a":[1,"b"]}'],
    [[1, 2], '[1,2]'],
  ])('writes %j as %s', async (member, written) => {
    const outcome = await evaluate206(text('<{{customer.x}}>'), { ...vars, s_customer: { x: member } })

    expect(JSON.parse(outcome)).toBe(`<${written}>`)
  })

  test('is a literal where nothing has to be worked out', () => {
    expect(text('plain "text"')).toBe('"plain \\"text\\""')
    expect(text('')).toBe('""')
    expect(text('{{unknown}}')).toBe('""')
    expect(text('a{{topic = 1}}b')).toBe('"a" & ($inputs.topic = 1) & "b"')
    expect(text('{{"a" & topic}}{{"c"}}')).toBe('"a" & $inputs.topic & "c"')
  })
})

describe('what can still fail is known', () => {
  test.each([
    ['$error("x")', 'ends the run'],
    ['$match(topic, /a/)', 'regular expression'],
    ['$parse(topic)', 'not JSON'],
    ['$power(topic, topic)', 'too large'],
    ['$toMillis(topic, "[Y]")', 'picture'],
    ['$hash(topic, topic)', 'algorithm'],
    ['$single(items)', 'exactly one'],
    ['items ~> |$|{"a": 1}|', 'not checked'],
    ['$substring(?, 1)(topic)', 'cannot be told'],
    ['($f := function($n){ $f($n) }; $f(1))', 'never end'],
    ['($f := topic; $f(1))', 'no function that is defined'],
    ['(($f := function($x){ $x }); ($g := 1; $f(1)))', 'no function that is defined'],
    ['($f := function($x){ $g($x) }; $g := function($x){ $f($x) }; $f(1))', 'never end'],
    ['($f := function($x){ $x }; $g := function($x){ $f($x) }; $g(1))', undefined],
    ['($f := function($x){ $x }; $map(items, $f))', undefined],
    ['[$uppercase]', 'used as a value'],
    ['{"f": function($x){ $x }}', 'used as a value'],
    ['($f := function($x){ $x }; [$f])', 'used as a value'],
    ['$append(items, $sum)', 'used as a value'],
    ['topic ? $sum : 1', 'used as a value'],
    ['$map(items, $number)', undefined],
    ['$reduce(items, function($a){ $a })', 'two parameters'],
    ['$map(items, function($i)<n:n>{ $i })', 'signature'],
    ['items{name: 1, type: 2}', 'can be the same'],
    ['$map(items, function($i){ $i.price * 2 })', undefined],
    ['($f := function($x){ $x + 1 }; $f(topic))', undefined],
    ['$power(topic, 2)', undefined],
    ['$hash(topic, "SHA-256")', undefined],
    ['customer.score / topic', undefined],
  ])('%s', (source, reason) => {
    const tree = parseExpression(source)

    expect(canFail(tree)).toBe(reason !== undefined)
    if (reason) expect(weaknessOf(tree)?.message).toContain(reason)
  })
})
