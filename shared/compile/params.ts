import { bare, constant, constantText, expression, isExpression, literalText } from '../asl/expression.ts'
import type { Expressions } from '../asl/states.ts'
import { freeNames } from '../expressions/names.ts'
import { printCondition, printText, printValue } from '../expressions/print.ts'
import type { Names } from '../expressions/resolve.ts'
import type { Template } from '../expressions/template.ts'
import type { Json } from '../world.ts'
import type { Lookup } from './names.ts'
import { isDynamic, mayFail, templateOf } from './templates.ts'

/** Writes one step's params into the machine. */
export interface ParamWriter {
  /** Templates become expressions that cannot fail; all else stays as it is. */
  value(param: Json): Expressions
  /** JSONata of a text's value, without delimiters. */
  formula(param: string): string
  /** JSONata that is true or false, without delimiters. */
  condition(param: Json): string
  /** A text: as it is, or as an expression. */
  text(param: Json): string
}

type Print = (template: Template, names: Names) => string

/** A writer whose expressions read what the lookup knows; those that may fail are given to `keep`, if there is one. */
export function writeParams(lookup: Lookup, keep?: (jsonata: string) => string): ParamWriter {
  const printed = (text: string, print: Print): string => {
    const template = templateOf(text)
    const jsonata = print(template, namesOf(template, lookup))
    return keep && mayFail(text) ? keep(jsonata) : jsonata
  }
  const written = (text: string, print: Print): string =>
    text.includes('{{') && templateOf(text).parts.some(isDynamic)
      ? expression(printed(text, print))
      : constantText(text)
  const writer: ParamWriter = {
    value(param) {
      if (typeof param === 'string') return written(param, printValue)
      if (Array.isArray(param)) return isPlain(param) ? constant(param) : param.map(writer.value)
      if (typeof param !== 'object' || param === null) return param
      return Object.fromEntries(Object.entries(param).map(([name, member]) => [name, writer.value(member)]))
    },
    formula(param) {
      const value = written(param, printValue)
      return isExpression(value) ? bare(value) : literalText(param)
    },
    condition: (param) =>
      typeof param === 'string' ? printed(param, printCondition) : String(param === true),
    text: (param) =>
      typeof param === 'string'
        ? written(param, printText)
        : constantText(param === null ? '' : JSON.stringify(param)),
  }
  return writer
}

/** True if no expression stands in it. */
function isPlain(param: Json): boolean {
  if (typeof param === 'string') return !param.includes('{{')
  return typeof param !== 'object' || param === null || Object.values(param).every(isPlain)
}

/** The names of one template: what it reads of `nodes` and `shared` keeps their objects small. */
function namesOf(template: Template, lookup: Lookup): Names {
  const firsts = new Map<string, Set<string | undefined>>()
  for (const part of template.parts)
    if (isDynamic(part))
      for (const { name, path } of freeNames(part.tree))
        firsts.set(name, (firsts.get(name) ?? new Set()).add(path[0]))
  return {
    lookup(name) {
      const [only, ...others] = firsts.get(name) ?? []
      return lookup(name, only === undefined || others.length > 0 ? null : [only])
    },
  }
}
