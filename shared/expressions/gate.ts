import { asCall } from './apply.ts'
import { ExpressionError } from './error.ts'
import { isFunctionName, signatureOf } from './functions.ts'
import { limits } from './limits.ts'
import { boundNames } from './names.ts'
import { parseJsonata } from './parse.ts'
import { type CallTree, eachChild, mapChildren, type Pair, someTree, type Tree } from './tree.ts'
import { unparse } from './unparse.ts'

/**
 * Parses what an author wrote between `{{` and `}}` and refuses everything that Step Functions does not run, or that
 * has no meaning in a flow (flow-language.md §2, hardening.md rule 3). Nothing is evaluated.
 *
 * @throws {ExpressionError} with the offset in `source`: `expression_syntax`, `expression_unsupported`, `expression_too_long`.
 */
export function parseExpression(source: string): Tree {
  if (source.length > limits.sourceLength)
    throw new ExpressionError(
      'expression_too_long',
      `An expression has at most ${limits.sourceLength} characters, this one has ${source.length}`,
      limits.sourceLength,
    )
  if (source.trim() === '') throw new ExpressionError('expression_syntax', 'The expression is empty', 0)
  const tree = parseOrExplain(source)
  check(tree, false, checkBound(boundNames(tree)))
  checkResult(tree)
  checkText(tree)
  return tree
}

/**
 * Parses an expression of a compiled machine: JSONata 2.0.6 without `$eval`; names and `$states` are the machine's.
 *
 * @throws {ExpressionError} with the offset in `source`.
 */
export function parseCompiled(source: string): Tree {
  if (source.length > limits.compiledLength)
    throw new ExpressionError(
      'expression_too_long',
      `A compiled expression has at most ${limits.compiledLength} characters`,
      limits.compiledLength,
    )
  const tree = parseOrExplain(source)
  const isEval = (found: Tree) => found.type === 'variable' && found.value === 'eval'
  if (someTree(tree, isEval) || boundNames(tree).has('eval'))
    throw new ExpressionError('expression_unsupported', '`$eval` is not run by Step Functions', 0)
  return tree
}

// 2.0.6 has neither operator: it stumbles over their second character.
function parseOrExplain(source: string): Tree {
  try {
    return parseJsonata(source)
  } catch (error) {
    const { code, token } = ((error as Error).cause ?? {}) as { code?: string; token?: string }
    if (error instanceof ExpressionError && code === 'S0211' && (token === '?' || token === ':'))
      throw new ExpressionError(
        'expression_unsupported',
        `\`?${token}\` is newer than the JSONata of Step Functions; write \`$exists(a) ? a : b\``,
        Math.max(0, error.offset - 1),
        error,
      )
    throw error
  }
}

function refuse(message: string, tree: Tree, length: number): never {
  throw new ExpressionError(
    'expression_unsupported',
    message,
    Math.max(0, (tree.position ?? length) - length),
  )
}

function checkBound(names: Set<string>): Set<string> {
  for (const name of names)
    if (name === 'eval' || name === 'states' || name === '' || name === '$' || isFunctionName(name))
      throw new ExpressionError(
        'expression_unsupported',
        `\`$${name}\` cannot be set, the name is taken; choose another`,
        0,
      )
  return names
}

function check(tree: Tree, inner: boolean, bound: Set<string>): void {
  const called = asCall(tree)
  if (called) {
    check(called, inner, bound)
    return
  }
  if (tree.type === 'variable') checkVariable(tree.value, tree, inner, bound)
  if ((tree.type === 'wildcard' || tree.type === 'descendant') && !inner)
    refuse('A wildcard needs something before it, e.g. `inputs.*`', tree, 1)
  if ((tree.type === 'name' || tree.type === 'string') && tree.value === '__proto__')
    refuse('`__proto__` is not a name', tree, tree.value.length)
  if (tree.type === 'regex') checkRegex(tree.value.source, tree)
  if (tree.type === 'function' || tree.type === 'partial') checkCall(tree, inner)
  if (tree.type === 'object') checkKeys(tree.pairs, tree)
  if (tree.group) checkKeys(tree.group, tree)
  eachChild(tree, (child, itself) => check(child, inner || itself, bound))
}

function checkVariable(name: string, tree: Tree, inner: boolean, bound: Set<string>): void {
  const length = name.length + 1
  if (name === 'eval')
    refuse('`$eval` is not run by Step Functions; write the expression itself', tree, length)
  if (name === '$') refuse('`$$` has no value here; name the input or step that is meant', tree, length)
  if (name === 'states')
    refuse('`$states` belongs to the compiled machine; name the input or step that is meant', tree, length)
  if (name === '' && !inner)
    refuse('`$` has no value here; it stands for the item inside `[ ]` or after a dot', tree, length)
  if (name !== '' && !bound.has(name) && !isFunctionName(name))
    refuse(
      `\`$${name}\` is not set in this expression; inputs and steps are read without \`$\``,
      tree,
      length,
    )
}

function checkCall(call: CallTree, inner: boolean): void {
  const { procedure } = call
  if (procedure.type === 'path' && procedure.steps.length === 1 && procedure.steps[0]?.type === 'name')
    refuse(`\`${procedure.steps[0].value}\` is not a function; functions begin with \`$\``, call, 1)
  if (procedure.type !== 'variable' || !isFunctionName(procedure.value) || call.type === 'partial') return
  const { parameters } = signatureOf(procedure.value)
  const needed = parameters.filter((parameter) => !parameter.optional).length
  const given = call.arguments.length
  if (given > parameters.length && !parameters.some((parameter) => parameter.repeated))
    refuse(`\`$${procedure.value}\` takes at most ${parameters.length} arguments`, call, 1)
  const fromContext = inner && parameters[0]?.context ? 1 : 0
  if (given < needed - fromContext)
    refuse(`\`$${procedure.value}\` needs ${needed} argument${needed === 1 ? '' : 's'} here`, call, 1)
}

function checkKeys(pairs: Pair[], tree: Tree): void {
  const seen = new Set<string>()
  for (const [key] of pairs) {
    if (key.type !== 'string') continue
    if (seen.has(key.value)) refuse(`The key ${JSON.stringify(key.value)} is written twice`, key, 0)
    if (key.value.startsWith('_jsonata_')) refuse(`\`${key.value}\` is not a key`, tree, 0)
    seen.add(key.value)
  }
}

// Linear-time engines have neither; Step Functions ends an expression after one second.
function checkRegex(pattern: string, tree: Tree): void {
  if (/\(\?(=|!|<=|<!)/.test(pattern)) refuse('Look-around is not supported in a regular expression', tree, 1)
  if (/\\([1-9]|k<)/.test(pattern)) refuse('A regular expression may not refer back to a group', tree, 1)
}

function checkResult(tree: Tree): void {
  const last = tree.type === 'block' ? tree.expressions.at(-1) : tree
  if (last === undefined) return
  if (last !== tree) checkResult(last)
  const named = last.type === 'variable' && isFunctionName(last.value)
  if (last.type === 'lambda' || last.type === 'partial' || last.type === 'transform' || named)
    refuse('A function is not a value; call it', last, 0)
}

/** Nodes whose text depends on marks that the parser moves about. */
function isIntricate(tree: Tree): boolean {
  const marked = tree.focus ?? tree.index ?? tree.keepArray ?? tree.group ?? tree.stages ?? tree.predicate
  return marked !== undefined || /^(parent|sort|apply|transform|partial|regex)$/.test(tree.type)
}

// What is compiled is printed from the tree: if that were another expression, it is better refused here.
function checkText(tree: Tree): void {
  if (!someTree(tree, isIntricate)) return
  const text = unparse(tree)
  if (shape(tree) !== shape(parseJsonata(text)))
    refuse(`This cannot be written to a state machine exactly; use brackets, e.g. \`${text}\``, tree, 0)
}

function shape(tree: Tree): string {
  return JSON.stringify(bare(tree), (_key, value) => (value instanceof RegExp ? String(value) : value))
}

function bare(tree: Tree): Tree {
  const { position: _position, ...rest } = mapChildren(tree, bare)
  // A step that is an operator gets brackets when printed.
  const [inside, ...others] = rest.type === 'block' ? rest.expressions : []
  const isBracket = Object.keys(rest).length === 2 && others.length === 0
  return isBracket && inside && /^(binary|condition|negative|apply)$/.test(inside.type)
    ? inside
    : (rest as Tree)
}
