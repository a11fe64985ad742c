import type { Tree } from './tree.ts'

const plainPath = /^\s*(\$?[A-Za-z_][A-Za-z0-9_]*)((?:\.[A-Za-z_][A-Za-z0-9_]*)*)\s*$/
const reserved = /^(and|or|in|true|false|null|function)$/

/**
 * The tree of `a.b.c` or `$a.b.c`, the same as the parser's; undefined for anything else. Most expressions are paths,
 * and the parser builds its tables anew for each.
 */
export function parsePath(source: string): Tree | undefined {
  const [, first, rest] = plainPath.exec(source) ?? []
  if (first === undefined) return undefined
  const words = rest ? rest.slice(1).split('.') : []
  if (reserved.test(first) || words.some((word) => reserved.test(word))) return undefined
  let position = source.indexOf(first) + first.length
  const start: Tree = first.startsWith('$')
    ? { type: 'variable', value: first.slice(1), position }
    : { type: 'name', value: first, position }
  if (words.length === 0) return start.type === 'variable' ? start : { type: 'path', steps: [start] }
  const names = words.map((word): Tree => {
    position += word.length + 1
    return { type: 'name', value: word, position }
  })
  return { type: 'path', steps: [start, ...names] }
}
