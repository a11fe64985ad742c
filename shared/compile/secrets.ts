import { constant } from '../asl/expression.ts'
import type { Expressions } from '../asl/states.ts'
import { secretsIn } from '../expressions/names.ts'
import type { Template } from '../expressions/template.ts'
import type { Json, JsonObject } from '../world.ts'
import { CompileError } from './compile-error.ts'
import type { ParamWriter } from './params.ts'
import { isDynamic, templateOf } from './templates.ts'

/** Args as they stand in the machine, and where in them secrets are to be put in. */
export interface Args {
  args: { [member: string]: Expressions }
  /** See step-event.ts; absent = none. */
  secrets?: Expressions
}

/**
 * Writes args whose texts may refer to secrets. A secret's value is never seen here: the text becomes a list of parts,
 * and its path is noted.
 *
 * @throws {CompileError} `secret_in_expression` for a secret that is more than a part of a text.
 */
export function writeArgs(args: JsonObject, writer: ParamWriter, stepId: string): Args {
  const secrets: (string | number)[][] = []
  const write = (param: Json, path: (string | number)[]): Expressions => {
    if (Array.isArray(param)) return param.map((member, index) => write(member, [...path, index]))
    if (typeof param === 'object' && param !== null)
      return Object.fromEntries(
        Object.entries(param).map(([name, member]) => [name, write(member, [...path, name])]),
      )
    const parts =
      typeof param === 'string' && param.includes('{{') ? secretParts(param, writer, stepId) : null
    if (parts === null) return writer.value(param)
    secrets.push(path)
    return parts
  }
  const written = write(args, []) as Args['args']
  if (secrets.length === 0) return { args: written }
  const sorted = secrets.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  return { args: written, secrets: constant(sorted) }
}

/** The parts of a text with secrets; null if there is none in it. */
function secretParts(text: string, writer: ParamWriter, stepId: string): Expressions[] | null {
  const template = templateOf(text)
  if (!template.parts.some(holdsSecret)) return null
  return template.parts.map((part) => {
    if (!isDynamic(part)) return writer.text(part.text)
    if (!holdsSecret(part)) return writer.text(`{{${part.source}}}`)
    const key = /^\s*secrets\.`?([A-Za-z_][A-Za-z0-9_-]*)`?\s*$/.exec(part.source)?.[1]
    if (key === undefined)
      throw new CompileError([
        {
          path: `/nodes/${stepId}/params`,
          code: 'secret_in_expression',
          message: `A secret can only stand by itself, as in {{secrets.KEY}}, not in {{${part.source}}}`,
          stepId,
        },
      ])
    return { $secret: key }
  })
}

function holdsSecret(part: Template['parts'][number]): boolean {
  return isDynamic(part) && secretsIn(part.tree).length > 0
}
