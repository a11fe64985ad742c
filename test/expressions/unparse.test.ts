import { expect, test } from 'vitest'
import { parseJsonata } from '../../shared/expressions/parse.ts'
import { mapChildren, type Tree } from '../../shared/expressions/tree.ts'
import { literal, quote, unparse } from '../../shared/expressions/unparse.ts'
import corpus from './dialect.json' with { type: 'json' }

const bare = (tree: Tree): Tree => {
  const { position: _position, ...rest } = mapChildren(tree, bare)
  return rest as Tree
}

test.each([...corpus.expressions, ...corpus.unusual])(
  'the text of a tree parses to the same tree: %s',
  (source) => {
    const tree = parseJsonata(source)

    expect(bare(parseJsonata(unparse(tree)))).toEqual(bare(tree))
  },
)

test('values become literals', () => {
  expect(quote('a "b"\n\\ \u2028 %}')).toBe('"a \\"b\\"\\n\\\\ \u2028 %}"')
  expect(literal({ a: [1, -2.5, true, null, 'x'], 'b c': {}, d: [] })).toBe(
    '{ "a": [1, -2.5, true, null, "x"], "b c": {}, "d": [] }',
  )
})
