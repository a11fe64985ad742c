import { bare, isExpression } from '../asl/expression.ts'
import type { Issue } from '../faults.ts'

/** Functions of JSONata 2.0.6 and those that Step Functions adds; `$eval` it refuses. */
const functions = new Set(
  `string length substring substringBefore substringAfter uppercase lowercase trim pad contains split join match replace
   base64encode base64decode encodeUrlComponent encodeUrl decodeUrlComponent decodeUrl number abs floor ceil round power
   sqrt random formatNumber formatBase formatInteger parseInteger sum max min average boolean not exists count append
   sort reverse shuffle distinct zip keys lookup spread merge sift each error assert type now millis fromMillis toMillis
   map filter single reduce clone partition range hash uuid parse`.split(/\s+/),
)

/** What the engine would refuse, or only find while it runs: half-open delimiters, foreign syntax, unknown variables. */
export function checkExpressions(value: unknown, path: string, visible: Set<string>[]): Issue[] {
  if (typeof value === 'string') return checkText(value, path, visible)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) =>
    checkExpressions(member, `${path}/${name}`, visible),
  )
}

function checkText(text: string, path: string, visible: Set<string>[]): Issue[] {
  if (!isExpression(text)) {
    const open = text.startsWith('{%') || text.endsWith('%}')
    return open ? [{ path, code: 'half_open', message: 'The expression lacks a delimiter' }] : []
  }
  const code = withoutLiterals(bare(text))
  const issues: Issue[] = []
  if (/\?\?|\?:|\$\$/.test(code))
    issues.push({ path, code: 'unsupported', message: 'The engine knows no ??, ?: and $$' })
  const local = new Set<string | undefined>(
    [...code.matchAll(/\$(\w+)\s*:=/g), ...parameters(code)].map(([, name]) => name),
  )
  for (const [, name] of code.matchAll(/\$([A-Za-z_]\w*)/g)) {
    if (local.has(name as string) || name === 'states' || functions.has(name as string)) continue
    if (visible.some((names) => names.has(name as string))) continue
    issues.push({ path, code: 'undefined_variable', message: `The variable $${name} is never assigned` })
  }
  return issues
}

function* parameters(code: string): Generator<[string, string]> {
  for (const [, list] of code.matchAll(/(?:function|λ)\s*\(([^)]*)\)/g))
    for (const [, name] of (list as string).matchAll(/\$(\w+)/g)) yield ['', name as string]
}

/** Without texts, quoted names and comments, in which anything may stand. */
function withoutLiterals(code: string): string {
  return code.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|\/\*.*?\*\//gs, '""')
}
