import { bare, constant, constantText, expression, isExpression, literalText } from '../asl/expression.ts'
import type { Expressions } from '../asl/states.ts'
import { freeNames } from '../expressions/names.ts'
import { type Names, printCondition, printText, printValue } from '../expressions/print.ts'
import { type ExpressionPart, parseTemplate, type Template } from '../expressions/template.ts'
import type { Json } from '../world.ts'
import type { Lookup } from './names.ts'

/** Writes one step's params into the machine. */
export interface ParamWriter {
  /** Templates become expressions that cannot fail; all else stays as it is. */
  value(param: Json): Expressions
  /** JSONata of the value, without delimiters. */
  formula(param: Json): string
  /** JSONata that is true or false, without delimiters. */
  condition(param: Json): string
  /** A text: as it is, or as an expression. */
  text(param: Json): string
}

/** A writer whose expressions read what the lookup knows. */
export function writeParams(lookup: Lookup): ParamWriter {
  const writer: ParamWriter = {
    value(param) {
      if (typeof param === 'string')
        return writeText(param, (template) => printValue(template, namesOf(template, lookup)))
      if (Array.isArray(param)) return isPlain(param) ? constant(param) : param.map(writer.value)
      if (typeof param !== 'object' || param === null) return param
      return Object.fromEntries(Object.entries(param).map(([name, member]) => [name, writer.value(member)]))
    },
    formula(param) {
      if (typeof param === 'string') {
        const written = writer.value(param) as string
        return isExpression(written) ? bare(written) : literalText(param)
      }
      if (Array.isArray(param)) return `[${param.map(writer.formula).join(', ')}]`
      if (typeof param !== 'object' || param === null) return JSON.stringify(param)
      const members = Object.entries(param).sort(([a], [b]) => (a < b ? -1 : 1))
      return `{${members.map(([name, member]) => `${literalText(name)}: ${writer.formula(member)}`).join(', ')}}`
    },
    condition(param) {
      if (typeof param !== 'string') return String(param === true)
      const template = parseTemplate(param)
      return printCondition(template, namesOf(template, lookup))
    },
    text(param) {
      if (typeof param !== 'string') return constantText(param === null ? '' : JSON.stringify(param))
      return writeText(param, (template) => printText(template, namesOf(template, lookup)))
    },
  }
  return writer
}

/** True if no expression stands in it. */
function isPlain(param: Json): boolean {
  if (typeof param === 'string') return !param.includes('{{')
  return typeof param !== 'object' || param === null || Object.values(param).every(isPlain)
}

function writeText(text: string, print: (template: Template) => string): string {
  if (!text.includes('{{')) return constantText(text)
  const template = parseTemplate(text)
  return template.parts.some(isDynamic) ? expression(print(template)) : constantText(text)
}

/** True for the part of a template that is evaluated. */
export function isDynamic(part: Template['parts'][number]): part is ExpressionPart {
  return 'tree' in part
}

/** The names of one template: what it reads of `nodes` and `shared` keeps their objects small. */
function namesOf(template: Template, lookup: Lookup): Names {
  const paths = new Map<string, Set<string> | null>()
  for (const part of template.parts)
    if (isDynamic(part))
      for (const { name, path } of freeNames(part.tree)) {
        const seen = paths.get(name)
        if (seen === null) continue
        const [first] = path
        paths.set(name, first === undefined ? null : new Set(seen).add(first))
      }
  return {
    lookup(name) {
      const firsts = paths.get(name)
      return lookup(name, firsts?.size === 1 ? [...firsts] : null)
    },
  }
}
