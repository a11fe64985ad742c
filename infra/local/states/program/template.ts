import type { Expressions } from '../../../../shared/asl/states.ts'
import type { Json } from '../../../../shared/world.ts'
import { type Expression, isExpression, readExpression } from '../definition/expression.ts'

/** A field's value with its expressions read: what it takes to evaluate the field, and no more. */
export type Template = Constant | Formula | ObjectTemplate | ListTemplate

/** A value without expressions. */
export interface Constant {
  kind: 'constant'
  value: Json
}

/** An expression, parsed. */
export interface Formula {
  kind: 'formula'
  expression: Expression
  /** Place within the state, e.g. `Arguments/Payload/args`. */
  field: string
}

/** An object with an expression somewhere in it. */
export interface ObjectTemplate {
  kind: 'object'
  members: [string, Template][]
}

/** A list with an expression somewhere in it. */
export interface ListTemplate {
  kind: 'list'
  members: Template[]
}

/** Reads a field's value; parts without expressions stay the constants that they are. */
export function readTemplate(value: Expressions, field: string): Template {
  if (typeof value === 'string' && isExpression(value))
    return { kind: 'formula', expression: readExpression(value), field }
  if (Array.isArray(value)) {
    const members = value.map((member, index) => readTemplate(member, `${field}[${index}]`))
    return members.every(isConstant) ? { kind: 'constant', value } : { kind: 'list', members }
  }
  if (typeof value !== 'object' || value === null) return { kind: 'constant', value }
  const members = Object.entries(value).map(([name, member]): [string, Template] => [
    name,
    readTemplate(member, `${field}/${name}`),
  ])
  return members.every(([, member]) => isConstant(member))
    ? { kind: 'constant', value }
    : { kind: 'object', members }
}

function isConstant(template: Template): boolean {
  return template.kind === 'constant'
}
