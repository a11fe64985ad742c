import { argumentsOf, guardOf, iterating } from './guards.ts'
import { leftOf, membersOf, type Tree } from './tree.ts'

/** A tree that this printer does not write: its source stands as it is, over an object of the names it reads. */
export class Unprintable extends Error {}

/** What printing needs to know of where it is. */
export interface Site {
  /** JSONata text of a context name, or undefined if there is no such name. */
  lookup(name: string): string | undefined
  /** False inside predicates, later steps and sort terms: names there are members of an item. */
  top: boolean
  /** A variable name that nothing else has. */
  fresh(): string
}

/** Prints a tree as JSONata that gives the same value, and null or false where JSONata itself would fail. */
export function print(tree: Tree, site: Site): string {
  const stages = [...(tree.predicate ?? []), ...(tree.stages ?? [])]
  if (tree.type === 'path') return printPath(tree, site)
  if (tree.focus || tree.index) throw new Unprintable()
  const plain = printPlain(tree, site) + printStages(stages, site)
  return tree.group ? plain + printGroup(tree, site) : plain
}

function printPlain(tree: Tree, site: Site): string {
  switch (tree.type) {
    case 'string':
      return quote(String(tree.value))
    case 'number':
    case 'value':
      return String(tree.value)
    case 'variable':
      return `$${tree.value}`
    case 'name':
      return printName(String(tree.value))
    case 'wildcard':
      return '*'
    case 'descendant':
      return '**'
    case 'block':
      return `(${(tree.expressions ?? []).map((expression) => print(expression, site)).join('; ')})`
    case 'bind':
      return `$${leftOf(tree).value} := ${print(tree.rhs!, site)}`
    case 'condition':
      return printCondition(tree, site)
    case 'binary':
      return printBinary(tree, site)
    case 'unary':
      return printUnary(tree, site)
    case 'lambda':
      return printLambda(tree, site)
    case 'function':
      return printCall(tree, site)
    case 'apply':
      return printApply(tree, site)
  }
  throw new Unprintable()
}

function printPath(tree: Tree, site: Site): string {
  const [first, ...rest] = tree.steps ?? []
  if (first === undefined) throw new Unprintable()
  const inner = { ...site, top: false }
  let text = printFirst(first, site)
  for (const step of rest) {
    if (step.focus || step.index || step.tuple) throw new Unprintable()
    text += step.type === 'sort' ? printSort(step, inner) : `.${print(step, inner)}`
    if (step.type !== 'sort' && step.keepArray) text += '[]'
  }
  return tree.group ? text + printGroup(tree, inner) : text
}

/** The first step of a path: at the top a name of the context, whose value stands in for it. */
function printFirst(step: Tree, site: Site): string {
  if (step.focus || step.index || step.tuple) throw new Unprintable()
  const keep = step.keepArray ? '[]' : ''
  if (step.type !== 'name' || !site.top) return print(step, site) + keep
  const value = site.lookup(String(step.value)) ?? 'null'
  const plain = /^[$\w.`]+$/.test(value) && value !== 'null' ? value : `(${value})`
  return plain + printStages(step.stages ?? [], site) + keep
}

function printStages(stages: Tree[], site: Site): string {
  return stages
    .map((stage) => {
      if (stage.type !== 'filter' || !stage.expr) throw new Unprintable()
      return `[${print(stage.expr, { ...site, top: false })}]`
    })
    .join('')
}

function printGroup(tree: Tree, site: Site): string {
  return `{${(tree.group?.lhs ?? []).map((pair) => pair.map((side) => print(side, site)).join(': ')).join(', ')}}`
}

function printSort(step: Tree, site: Site): string {
  const terms = (step.terms ?? []).map(
    ({ descending, expression }) => (descending ? '>' : '') + print(expression, site),
  )
  return `^(${terms.join(', ')})`
}

const words = new Set(['and', 'or', 'in', 'true', 'false', 'null', 'function'])

function printName(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !words.has(name) ? name : `\`${name}\``
}

function printCondition(tree: Tree, site: Site): string {
  const otherwise = tree.else ? ` : ${print(tree.else, site)}` : ''
  return `(${print(tree.condition!, site)} ? ${print(tree.then!, site)}${otherwise})`
}

function printUnary(tree: Tree, site: Site): string {
  if (tree.value === '[')
    return `[${(tree.expressions ?? []).map((item) => printItem(item, site)).join(', ')}]`
  if (tree.value === '{') return `{${printMembers(tree, site)}}`
  const { text, bind } = operand(tree.expression!, site)
  return wrap(bind, `$type(${text}) = "number" ? -${text} : null`)
}

/** Members of an object constructor; a key that is no text leaves its member out. */
function printMembers(tree: Tree, site: Site): string {
  return membersOf(tree)
    .map(([key, value]) => {
      if (key.type !== 'string') throw new Unprintable()
      return `${quote(String(key.value))}: ${print(value, site)}`
    })
    .join(', ')
}

/** An item of a list constructor; a range that would be too long or not of whole numbers is empty. */
function printItem(item: Tree, site: Site): string {
  if (item.type !== 'binary' || item.value !== '..') return print(item, site)
  const [low, high] = [operand(leftOf(item), site), operand(item.rhs!, site)]
  const whole = (text: string) => `($type(${text}) = "number" ? $floor(${text}) = ${text} : false)`
  const fits = `${whole(low.text)} and ${whole(high.text)}`
  return wrap(
    low.bind + high.bind,
    `${fits} ? (${high.text} - ${low.text} < 10000 ? [${low.text}..${high.text}] : []) : []`,
  )
}

const comparing = new Set(['<', '<=', '>', '>='])
const calculating = new Set(['+', '-', '*', '/', '%'])

function printBinary(tree: Tree, site: Site): string {
  const operator = String(tree.value)
  if (!comparing.has(operator) && !calculating.has(operator))
    return `(${print(leftOf(tree), site)} ${operator} ${print(tree.rhs!, site)})`
  const [left, right] = [operand(leftOf(tree), site), operand(tree.rhs!, site)]
  const computed = `${left.text} ${operator} ${right.text}`
  const numbers = both(left, right, 'number')
  const bind = left.bind + right.bind
  if (comparing.has(operator)) {
    const texts = both(left, right, 'string')
    const fits = [numbers, texts].filter((test) => test !== null)
    return fits.includes('')
      ? wrap(bind, computed)
      : wrap(bind, `${fits.join(' or ') || 'false'} ? ${computed} : false`)
  }
  const divides = operator === '/' || operator === '%' ? `${right.text} != 0` : ''
  const fits = [numbers, divides].filter((test) => test !== '' && test !== null).join(' and ')
  if (numbers === null) return 'null'
  return fits === '' ? wrap(bind, computed) : wrap(bind, `${fits} ? ${computed} : null`)
}

interface Operand {
  text: string
  /** `$x := …; ` where the operand is more than a variable, path or literal: it is then evaluated once. */
  bind: string
  /** Its type where that is plain from its form. */
  type: 'number' | 'string' | null
}

function operand(tree: Tree, site: Site): Operand {
  const text = print(tree, site)
  if (tree.type === 'number' || tree.type === 'string') return { text, bind: '', type: tree.type }
  if (/^\$[\w]+(\.[\w]+)*$/.test(text)) return { text, bind: '', type: null }
  const name = site.fresh()
  return { text: name, bind: `${name} := ${text}; `, type: null }
}

/** A test that both operands have the type: empty if that is plain, null if it is plainly not so. */
function both(left: Operand, right: Operand, type: 'number' | 'string'): string | null {
  const tests = [left, right].filter((side) => side.type !== type)
  if (tests.some((side) => side.type !== null)) return null
  const text = tests.map((side) => `$type(${side.text}) = "${type}"`).join(' and ')
  return tests.length === 2 ? `(${text})` : text
}

function wrap(bind: string, text: string): string {
  return `(${bind}${text})`
}

interface Lambda extends Tree {
  thunk?: boolean
}

function printLambda(tree: Lambda, site: Site): string {
  // The parser wraps calls in tail position; they are calls all the same.
  if (tree.thunk) return print(tree.body!, site)
  if (tree.signature) throw new Unprintable()
  const names = (tree.arguments ?? []).map(({ value }) => `$${value}`)
  return `function(${names.join(', ')}) { ${print(tree.body!, site)} }`
}

function printCall(tree: Tree, site: Site): string {
  const name = String(tree.procedure?.value)
  const args = tree.arguments ?? []
  const signature = tree.procedure?.type === 'variable' ? argumentsOf(name) : undefined
  if (signature === undefined) {
    const callee = tree.procedure?.type === 'variable' ? `$${name}` : print(tree.procedure!, site)
    return `${callee}(${args.map((arg) => print(arg, site)).join(', ')})`
  }
  // Inside a path the item itself is the first argument that was left out.
  const context: Tree = { type: 'variable', value: '' }
  const given = !site.top && args.length < signature.required ? [context, ...args] : args
  if (given.length < signature.required || given.length > signature.letters.length) throw new Unprintable()
  const operands = given.map((arg, index) =>
    signature.letters[index] === 'x' ? { text: print(arg, site), bind: '', type: null } : operand(arg, site),
  )
  const call = `$${name}(${operands.map(({ text }) => text).join(', ')})`
  const guards = operands.flatMap(({ text, type }, index) => {
    const letter = signature.letters[index]!
    const known = (type === 'string' && letter === 's') || (type === 'number' && letter === 'n')
    return known ? [] : (guardOf(letter, text) ?? [])
  })
  if (guards.length === 0) return call
  return wrap(operands.map(({ bind }) => bind).join(''), `${guards.join(' and ')} ? ${call} : null`)
}

function printApply(tree: Tree, site: Site): string {
  const [value, target] = [leftOf(tree), tree.rhs!]
  if (target.type === 'function')
    return print({ ...target, arguments: [value, ...(target.arguments ?? [])] }, site)
  if (target.type !== 'variable') throw new Unprintable()
  return print({ type: 'function', procedure: target, arguments: [value] }, site)
}

/** True if evaluating what is printed for the tree may still fail: a call that cannot be guarded, a sort, a regular expression. */
export function canFail(tree: Tree): boolean {
  return mayFail(tree)
}

function mayFail(tree: Tree): boolean {
  const children = Object.entries(tree).flatMap(([member, value]) =>
    member === 'value' ? [] : treesIn(value),
  )
  return failsItself(tree) || children.some(mayFail)
}

function failsItself(tree: Tree): boolean {
  switch (tree.type) {
    case 'sort':
    case 'regex':
    case 'partial':
    case 'transform':
    case 'parent':
      return true
    case 'lambda':
      return Boolean(tree.signature)
    case 'function': {
      const name = String(tree.procedure?.value)
      const args = tree.arguments ?? []
      if (tree.procedure?.type !== 'variable') return true
      if (iterating.has(name))
        return args[1]?.type !== 'lambda' || (name === 'reduce' && (args[1].arguments?.length ?? 0) < 2)
      return argumentsOf(name) === undefined
    }
    default:
      return Boolean(tree.focus || tree.index)
  }
}

function treesIn(value: unknown): Tree[] {
  if (typeof value !== 'object' || value === null || value instanceof RegExp) return []
  if (Array.isArray(value)) return value.flatMap(treesIn)
  return 'type' in value ? [value as Tree] : Object.values(value).flatMap(treesIn)
}

/** A JSONata string literal; never holds `{%` or `%}`, which would end the state's expression. */
export function quote(text: string): string {
  return JSON.stringify(text).replaceAll('%}', '%\\u007d').replaceAll('{%', '{\\u0025')
}
