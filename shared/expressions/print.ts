import type { Json } from '../world.ts'
import { freeNames } from './names.ts'
import type { ExpressionPart, Template } from './template.ts'
import { print, quote, type Site, Unprintable } from './total.ts'
import type { Tree } from './tree.ts'

/** What the names of an expression mean where it stands. */
export interface Names {
  /** JSONata text of a context name, e.g. `customer` -> `$s_customer`; undefined = there is no such name. */
  lookup(name: string): string | undefined
}

/** The value of a template: null where it is missing. A template of several parts is text. */
export function printValue(template: Template, names: Names): string {
  const [part] = template.parts
  if (!template.whole || !part || !('tree' in part)) return printText(template, names)
  return existing(part.tree, printExpression(part, names), 'null')
}

/** The truth of a template, by JSONata's rules; false where it cannot be decided. */
export function printCondition(template: Template, names: Names): string {
  const [part] = template.parts
  if (!template.whole || !part || !('tree' in part)) return `$boolean(${printText(template, names)})`
  const text = printExpression(part, names)
  return isBoolean(part.tree) ? text : `($_c := ${text}; $exists($_c) ? $boolean($_c) : false)`
}

/** The template as text: objects as JSON, nothing where a value is missing or null, whole numbers with all digits. */
export function printText(template: Template, names: Names): string {
  return template.parts.map((part) => ('tree' in part ? asText(part, names) : quote(part.text))).join(' & ')
}

/** A JSON value as JSONata that has no expressions in it. */
export function literal(value: Json): string {
  if (typeof value === 'string') return quote(value)
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  return `{${Object.entries(value)
    .map(([name, member]) => `${quote(name)}: ${literal(member)}`)
    .join(', ')}}`
}

// JSONata's own $string, and & with it, writes numbers with 15 digits (aws.md 1.5.13).
function asText(part: ExpressionPart, names: Names): string {
  if (part.tree.type === 'string') return quote(String(part.tree.value))
  const whole = '$type($_t) = "number" ? $_t = $floor($_t) and $abs($_t) < 9007199254740992 : false'
  return `($_t := ${printExpression(part, names)}; $exists($_t) and $_t != null ? ((${whole}) ? $formatBase($_t) : $string($_t)) : "")`
}

function printExpression({ tree, source }: ExpressionPart, names: Names): string {
  let count = 0
  const site: Site = { lookup: names.lookup, top: true, fresh: () => `$_${++count}` }
  try {
    return print(tree, site)
  } catch (error) {
    if (!(error instanceof Unprintable)) throw error
    return overContext(tree, source, names)
  }
}

/** The source as it stands, over an object that holds just the names it reads. */
function overContext(tree: Tree, source: string, { lookup }: Names): string {
  const used = [...new Set(freeNames(tree).map(({ name }) => name))]
  return `{${used.map((name) => `${quote(name)}: ${lookup(name) ?? 'null'}`).join(', ')}}.(${source.trim()})`
}

function existing(tree: Tree, text: string, otherwise: string): string {
  if (alwaysThere(tree) || /^\$\w+$/.test(text)) return text
  if (/^\$[\w.]+$/.test(text)) return `($exists(${text}) ? ${text} : ${otherwise})`
  return `($_v := ${text}; $exists($_v) ? $_v : ${otherwise})`
}

const yesOrNo = new Set(['=', '!=', '<', '<=', '>', '>=', 'and', 'or', 'in'])

/** True if the tree gives true or false, whatever its names mean. */
function isBoolean(tree: Tree): boolean {
  if (tree.predicate || tree.group) return false
  if (tree.type === 'binary') return yesOrNo.has(String(tree.value))
  if (tree.type === 'value') return typeof tree.value === 'boolean'
  if (tree.type === 'condition')
    return isBoolean(tree.then!) && tree.else !== undefined && isBoolean(tree.else)
  return (
    tree.type === 'function' && tree.arguments?.length === 1 && String(tree.procedure?.value) === 'exists'
  )
}

/** True if the tree gives a value, whatever its names mean. */
function alwaysThere(tree: Tree): boolean {
  if (tree.predicate || tree.group) return false
  if (tree.type === 'string' || tree.type === 'number' || tree.type === 'value') return true
  if (tree.type === 'unary') return true
  if (tree.type === 'binary') return tree.value !== '..'
  return isBoolean(tree)
}
