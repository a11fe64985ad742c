import type { Json } from '../world.ts'
import type { Pair, SortTerm, Stage, Tree } from './tree.ts'

/** How tightly the operators bind, as in JSONata 2.0.6; everything not listed never needs brackets. */
const precedence: Record<string, number> = {
  or: 25,
  and: 30,
  '=': 40,
  '!=': 40,
  '<': 40,
  '<=': 40,
  '>': 40,
  '>=': 40,
  in: 40,
  '~>': 40,
  '+': 50,
  '-': 50,
  '&': 50,
  '*': 60,
  '/': 60,
  '%': 60,
  negative: 70,
}

/** A JSONata string literal. */
export function quote(text: string): string {
  return JSON.stringify(text)
}

/** A JSON value as JSONata text. Members that JSON cannot carry are left out. */
export function literal(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  if (members.length === 0) return '{}'
  return `{ ${members.map(([name, member]) => `${quote(name)}: ${literal(member)}`).join(', ')} }`
}

/** The text of a tree: parsing it gives the same tree again. */
export function unparse(tree: Tree): string {
  return `${core(tree)}${marks(tree)}`
}

function marks(tree: Tree): string {
  const stages = [...(tree.predicate ?? []), ...(tree.stages ?? [])]
  const focus = tree.focus === undefined ? '' : `@$${tree.focus}`
  const index = tree.index === undefined ? '' : `#$${tree.index}`
  const group = tree.group ? pairs(tree.group) : ''
  return `${tree.keepArray ? '[]' : ''}${focus}${index}${stages.map(stageText).join('')}${group}`
}

function stageText(stage: Stage): string {
  return stage.type === 'index' ? `#$${stage.value}` : `[${unparse(stage.expr)}]`
}

function pairs(list: Pair[]): string {
  if (list.length === 0) return '{}'
  return `{ ${list.map(([key, value]) => `${unparse(key)}: ${unparse(value)}`).join(', ')} }`
}

function core(tree: Tree): string {
  switch (tree.type) {
    case 'path':
      return pathText(tree.steps)
    case 'name':
      return nameText(tree.value)
    case 'variable':
      return `$${tree.value}`
    case 'string':
      return quote(tree.value)
    case 'number':
      return numberText(tree.value)
    case 'value':
      return String(tree.value)
    case 'regex':
      return `/${tree.value.source}/${tree.value.flags.replace(/[^im]/g, '')}`
    case 'wildcard':
      return '*'
    case 'descendant':
      return '**'
    case 'parent':
      return '%'
    case 'placeholder':
      return '?'
    case 'binary':
      return binaryText(tree.value, tree.lhs, tree.rhs)
    case 'apply':
      return binaryText('~>', tree.lhs, tree.rhs)
    case 'negative':
      return `-${operand(tree.expression, 70)}`
    case 'array':
      return `[${tree.expressions.map(unparse).join(', ')}]`
    case 'object':
      return pairs(tree.pairs)
    case 'function':
    case 'partial':
      return `${callee(tree.procedure)}(${tree.arguments.map(unparse).join(', ')})`
    case 'lambda':
      return `function(${tree.arguments.map((name) => `$${name}`).join(', ')})${tree.signature ?? ''}{ ${unparse(tree.body)} }`
    case 'block':
      return `(${tree.expressions.map(unparse).join('; ')})`
    case 'condition':
      return `${operand(tree.condition, 21)} ? ${thenText(tree.then)}${tree.else ? ` : ${unparse(tree.else)}` : ''}`
    case 'bind':
      return `$${tree.name} := ${unparse(tree.rhs)}`
    case 'transform':
      return `|${unparse(tree.pattern)}|${unparse(tree.update)}${tree.delete ? `, ${unparse(tree.delete)}` : ''}|`
    case 'sort':
      return `^(${tree.terms.map(termText).join(', ')})`
  }
}

function termText(term: SortTerm): string {
  return `${term.descending ? '>' : '<'}${unparse(term.expression)}`
}

function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value).replace('e+', 'e')
}

function nameText(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !/^(and|or|in|true|false|null|function)$/.test(name))
    return name
  return name.includes('`') ? quote(name) : `\`${name}\``
}

function pathText(steps: Tree[]): string {
  return steps
    .map((step, index) => `${index > 0 && step.type !== 'sort' ? '.' : ''}${stepText(step)}`)
    .join('')
}

const loose = new Set([
  'binary',
  'apply',
  'condition',
  'bind',
  'negative',
  'lambda',
  'transform',
  'number',
  'value',
  'string',
])

function stepText(step: Tree): string {
  return loose.has(step.type) ? `(${unparse(step)})` : unparse(step)
}

function callee(procedure: Tree): string {
  const needsBrackets = procedure.type !== 'lambda' && loose.has(procedure.type)
  return needsBrackets ? `(${unparse(procedure)})` : unparse(procedure)
}

// Without brackets the `else` would go to the inner condition.
function thenText(then: Tree): string {
  return isOpen(then) ? `(${unparse(then)})` : unparse(then)
}

function isOpen(tree: Tree): boolean {
  if (tree.type === 'bind') return isOpen(tree.rhs)
  return tree.type === 'condition' && (tree.else === undefined || isOpen(tree.else))
}

function binaryText(operator: string, lhs: Tree, rhs: Tree): string {
  const strength = precedence[operator] ?? 0
  return `${operand(lhs, strength)} ${operator} ${operand(rhs, strength + 1)}`
}

function operand(tree: Tree, least: number): string {
  const text = unparse(tree)
  return strengthOf(tree) < least ? `(${text})` : text
}

function strengthOf(tree: Tree): number {
  if (tree.type === 'binary') return precedence[tree.value] ?? 0
  if (tree.type === 'apply') return 40
  if (tree.type === 'condition') return 20
  if (tree.type === 'bind') return 10
  if (tree.type === 'negative') return 70
  return 100
}
