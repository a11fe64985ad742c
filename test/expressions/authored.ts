import fc from 'fast-check'

/** An expression as an author may write it, and what it ought to mean where plain JSONata would fail or give nothing. */
export interface Authored {
  source: string
  /** The same in plain JSONata, with comparisons that give false instead of nothing. */
  meaning: string
}

/** The names that generated expressions read. */
export const names = ['a', 'b', 'items', 'text', 'num'] as const

const same = (source: string): Authored => ({ source, meaning: source })

const pieces = [
  ...names,
  'a.b',
  'a.b.c',
  'items.price',
  'items.name',
  'items[0]',
  'items[-1].price',
  'items.tags',
  'missing',
  'missing.deeper',
  'text.x',
  '0',
  '1',
  '2.5',
  '-3',
  '"abc"',
  '""',
  '"12"',
  'true',
  'false',
  'null',
  '[]',
  '{}',
  '[1, 2]',
]

const leaf = fc.constantFrom(...pieces).map(same)

function combine(parts: Authored[], write: (texts: string[]) => string): Authored {
  return {
    source: write(parts.map((part) => part.source)),
    meaning: write(parts.map((part) => part.meaning)),
  }
}

const arithmetic = fc.constantFrom('+', '-', '*', '/', '%')
const plain = fc.constantFrom('=', '!=', 'and', 'or', '&', 'in')
const comparison = fc.constantFrom('<', '<=', '>', '>=')

const unary = fc.constantFrom(
  ...'exists string type boolean not count number length floor ceil abs sum max min average uppercase lowercase trim'.split(
    ' ',
  ),
  ...'keys merge reverse distinct sort sqrt round formatBase spread base64encode toMillis join'.split(' '),
)

/** Expressions of some depth over `names`, made of everything that a printed expression guards. */
export const authored: fc.Arbitrary<Authored> = fc.letrec<{ any: Authored }>((tie) => {
  const any = tie('any')
  const operator = (signs: fc.Arbitrary<string>) =>
    fc
      .tuple(any, signs, any)
      .map(([left, sign, right]) => combine([left, right], ([l, r]) => `(${l} ${sign} ${r})`))
  return {
    any: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      operator(arithmetic),
      operator(plain),
      fc.tuple(any, comparison, any).map(([left, sign, right]) => ({
        source: `(${left.source} ${sign} ${right.source})`,
        meaning: `($c := (${left.meaning} ${sign} ${right.meaning}); $exists($c) ? $c : false)`,
      })),
      fc.tuple(unary, any).map(([name, part]) => combine([part], ([x]) => `$${name}(${x})`)),
      any.map((part) => combine([part], ([x]) => `-(${x})`)),
      fc.tuple(any, any, any).map((parts) => combine(parts, ([c, t, e]) => `(${c} ? ${t} : ${e})`)),
      fc.tuple(any, any).map((parts) => combine(parts, ([c, t]) => `(${c} ? ${t})`)),
      fc.array(any, { maxLength: 3 }).map((parts) => combine(parts, (texts) => `[${texts.join(', ')}]`)),
      fc.tuple(any, any).map((parts) => combine(parts, ([x, y]) => `{"x": ${x}, "y": ${y}}`)),
      any.map((part) => combine([part], ([x]) => `{(${x}): 1}`)),
      fc.tuple(any, any).map((parts) => combine(parts, ([x, y]) => `($v := ${x}; [$v, ${y}, $v])`)),
      fc.tuple(any, any).map((parts) => combine(parts, ([x, y]) => `($l := ${x}; $r := ${y}; $l)`)),
      any.map((part) => combine([part], ([x]) => `$map(items, function($i){ [$i.price, ${x}] })`)),
      any.map((part) => combine([part], ([x]) => `$filter(items, function($i){ $i.price = 4 or ${x} })`)),
      any.map((part) => combine([part], ([x]) => `$reduce(items, function($p, $q){ $p & ${x} })`)),
      any.map((part) => combine([part], ([x]) => `$lookup(${x}, "price")`)),
      any.map((part) => combine([part], ([x]) => `$append(${x}, items)`)),
      any.map((part) => combine([part], ([x]) => `$substring(${x}, 1, 2)`)),
      any.map((part) => combine([part], ([x]) => `$contains(${x}, "a")`)),
      any.map((part) => combine([part], ([x]) => `$pad(${x}, 5, "-")`)),
      any.map((part) => combine([part], ([x]) => `[1..${x}]`)),
      any.map((part) => combine([part], ([x]) => `items[price = ${x}].name`)),
      any.map((part) => combine([part], ([x]) => `items.(price & name)[$ != ${x}]`)),
      fc.constantFrom(
        same('items[price + 1 = 5].name'),
        same('items{name: price}'),
        same('(items^(price).name)'),
        same('(items^(>name).price)'),
        same('items.name.$uppercase()'),
        same('items.{"n": name, "d": price * 2}'),
        same('(items@$x.($x.price))'),
        same('(items#$k.$k)'),
        same('items.tags.(%.name)'),
        same('(items[])'),
        same('(text[])'),
        same('$map(items.name, $uppercase)'),
        same('(items ~> $count)'),
        same('(items.price ~> $sum)'),
        same('$split(text, "b")'),
        same('$replace(text, "a", "x")'),
        same('$join(items.name, "-")'),
        same('$string(a)'),
        same('$zip(items.price, [1, 2])'),
        same('$sift(a, function($v, $k){ $k = "b" })'),
      ),
    ),
  }
}).any

const scalar = fc.oneof(
  fc.constantFrom(
    null,
    true,
    false,
    0,
    1,
    -2,
    4,
    2.5,
    1732253888123456,
    '',
    'a',
    'abc',
    '12',
    '2017-11-07',
    'x{}',
  ),
  fc.constant(undefined),
)

const nested: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.record({ b: tie('value'), c: tie('value'), price: tie('value') }, { requiredKeys: [] }),
  ),
})).value

const item = fc.record(
  {
    name: fc.oneof(scalar, fc.constantFrom('pen', 'ink')),
    price: fc.oneof(scalar, fc.constant(4)),
    tags: nested,
  },
  { requiredKeys: ['name'] },
)

/** Values of the names: what authors expect, and everything else that JSON has. */
export const contexts: fc.Arbitrary<Record<string, unknown>> = fc
  .record({
    a: nested,
    b: nested,
    items: fc.oneof(
      { weight: 3, arbitrary: fc.array(item, { maxLength: 3 }) },
      { weight: 1, arbitrary: nested },
    ),
    text: fc.oneof(fc.constantFrom('abc', 'banana', ''), nested),
    num: fc.oneof(fc.constantFrom(0, 4, 2.5, -1), nested),
  })
  .map(
    (context) =>
      JSON.parse(JSON.stringify(context, (_name, value) => value ?? null)) as Record<string, unknown>,
  )
