import jsonata206 from 'jsonata-206'
import { ExpressionError } from './error.ts'
import { limits } from './limits.ts'
import { parsePath } from './parse-path.ts'
import type { Pair, SortTerm, Stage, Tree } from './tree.ts'

/** A node as the parser of JSONata 2.0.6 leaves it. */
interface Raw {
  type: string
  value?: unknown
  position?: number
  [member: string]: unknown
}

/**
 * Parses JSONata as Step Functions does (2.0.6): the only evaluator whose tree tells `??` and `?:` from a condition.
 *
 * @throws {ExpressionError} `expression_syntax` with the parser's position, `expression_unsupported` when too deep.
 */
export function parseJsonata(source: string): Tree {
  return parsePath(source) ?? readTree(source)
}

// The bare parser makes no environment for an evaluation that never comes: a third of the time.
const { parser } = jsonata206 as unknown as { parser(source: string): Raw }

function parseRaw(source: string): Raw {
  try {
    return parser(source)
  } catch {
    return explain(source)
  }
}

// Only the whole library puts its errors into words.
function explain(source: string): Raw {
  try {
    return jsonata206(source).ast() as unknown as Raw
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(0)
    const { message = String(error) } = error as { message?: string }
    throw new ExpressionError('expression_syntax', message, beginOf(error, source), error)
  }
}

// The parser tells where the token ends that it could not take.
function beginOf(error: unknown, source: string): number {
  const { position = 0, token } = error as { position?: number; token?: unknown }
  const isToken = typeof token === 'string' && token !== '(end)' && source.endsWith(token, position)
  return isToken ? position - token.length : Math.min(position, source.length)
}

function tooDeep(offset: number): ExpressionError {
  return new ExpressionError(
    'expression_unsupported',
    `The expression is nested more than ${limits.treeDepth} levels deep; split it over a transform step`,
    offset,
  )
}

/** The tree of an expression by way of the parser. */
export function readTree(source: string): Tree {
  return readNode(parseRaw(source), 0)
}

function readNode(raw: Raw, depth: number): Tree {
  if (depth > limits.treeDepth) throw tooDeep(raw.position ?? 0)
  const tree = readMembers(raw, (child) => readNode(child as Raw, depth + 1))
  const stages = (list: unknown) => (list as Raw[]).map((stage) => readStage(stage, depth + 1))
  if (raw.position !== undefined) tree.position = raw.position
  if (raw.keepArray) keepArray(tree)
  if (raw.predicate) tree.predicate = stages(raw.predicate)
  if (raw.stages) tree.stages = stages(raw.stages)
  if (typeof raw.focus === 'string') tree.focus = raw.focus
  if (typeof raw.index === 'string') tree.index = raw.index
  if (raw.group) tree.group = readPairs((raw.group as Raw).lhs, (child) => readNode(child as Raw, depth + 1))
  return tree
}

// What a path or `~>` has inherited from its parts is found again when its text is parsed.
function keepArray(tree: Tree): void {
  if (tree.type === 'apply') return
  if (tree.type !== 'path') tree.keepArray = true
  const last = tree.type === 'path' ? tree.steps.at(-1) : undefined
  if (last?.type === 'sort') last.keepArray = true
}

function readStage(stage: Raw, depth: number): Stage {
  if (stage.type === 'index') return { type: 'index', value: stage.value as string }
  return { type: 'filter', expr: readNode(stage.expr as Raw, depth) }
}

function readPairs(list: unknown, read: (child: unknown) => Tree): Pair[] {
  return (list as [unknown, unknown][]).map(([key, value]) => [read(key), read(value)])
}

function readMembers(raw: Raw, read: (child: unknown) => Tree): Tree {
  const all = (list: unknown) => (list as unknown[]).map(read)
  switch (raw.type) {
    case 'path':
      return { type: 'path', steps: all(raw.steps) }
    case 'name':
      return { type: 'name', value: String(raw.value) }
    case 'variable':
      return { type: 'variable', value: raw.value as string }
    case 'string':
      return { type: 'string', value: raw.value as string }
    case 'number':
      return { type: 'number', value: raw.value as number }
    case 'value':
      return { type: 'value', value: raw.value as boolean | null }
    case 'regex':
      return { type: 'regex', value: raw.value as RegExp }
    case 'wildcard':
    case 'descendant':
    case 'parent':
      return { type: raw.type }
    case 'operator':
      return { type: 'placeholder' }
    case 'binary':
      return { type: 'binary', value: raw.value as string, lhs: read(raw.lhs), rhs: read(raw.rhs) }
    case 'unary':
      if (raw.value === '[') return { type: 'array', expressions: all(raw.expressions) }
      if (raw.value === '{') return { type: 'object', pairs: readPairs(raw.lhs, read) }
      return { type: 'negative', expression: read(raw.expression) }
    case 'function':
    case 'partial':
      return { type: raw.type, procedure: read(raw.procedure), arguments: all(raw.arguments) }
    case 'lambda':
      return readLambda(raw, read)
    case 'block':
      return { type: 'block', expressions: all(raw.expressions) }
    case 'condition':
      return readCondition(raw, read)
    case 'bind':
      return { type: 'bind', name: (raw.lhs as Raw).value as string, rhs: read(raw.rhs) }
    case 'apply':
      return { type: 'apply', lhs: read(raw.lhs), rhs: read(raw.rhs) }
    case 'transform':
      return {
        type: 'transform',
        pattern: read(raw.pattern),
        update: read(raw.update),
        ...(raw.delete !== undefined && { delete: read(raw.delete) }),
      }
    case 'sort':
      return { type: 'sort', terms: (raw.terms as Raw[]).map((term) => readTerm(term, read)) }
    default:
      throw new ExpressionError('expression_syntax', `Unexpected ${raw.type}`, raw.position ?? 0)
  }
}

function readTerm(term: Raw, read: (child: unknown) => Tree): SortTerm {
  return { descending: term.descending === true, expression: read(term.expression) }
}

function readCondition(raw: Raw, read: (child: unknown) => Tree): Tree {
  return {
    type: 'condition',
    condition: read(raw.condition),
    // biome-ignore lint/suspicious/noThenProperty: JSONata's own name for the branch
    then: read(raw.then),
    ...(raw.else !== undefined && { else: read(raw.else) }),
  }
}

// A call in tail position is wrapped in a thunk by the parser; the text has none.
function readLambda(raw: Raw, read: (child: unknown) => Tree): Tree {
  const signature = (raw.signature as { definition?: string } | undefined)?.definition
  if (raw.thunk) return read(raw.body)
  return {
    type: 'lambda',
    arguments: (raw.arguments as Raw[]).map((argument) => argument.value as string),
    ...(signature !== undefined && { signature }),
    body: read(raw.body),
  }
}
