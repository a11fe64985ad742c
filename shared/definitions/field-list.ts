import * as z from 'zod'
import type { Json } from '../world.ts'
import { fieldSchema, type WrittenField } from './field-schema.ts'
import { checkValue } from './field-values.ts'
import type { Field } from './graph.ts'
import { errorAt, type Finding } from './problem.ts'
import { readWith } from './schema-findings.ts'

const fieldsSchema = z.array(z.unknown()).max(200)

/** The declared inputs; undefined if the document declares none, so that any object is accepted. */
export function readFields(written: Json | undefined, findings: Finding[]): Field[] | undefined {
  if (written === undefined || written === null) return undefined
  const list = readWith(fieldsSchema, written, '/inputs', findings) ?? []
  const names = new Set<string>()
  return list.flatMap((item, index) => {
    const path = `/inputs/${index}`
    const field = readWith(fieldSchema, item, path, findings)
    if (field === undefined) return []
    if (names.has(field.name))
      findings.push(errorAt(`${path}/name`, 'duplicate_field', `The input ${field.name} is given twice`))
    names.add(field.name)
    const read = withDefaults(field)
    findings.push(...optionFindings(read, path), ...defaultFindings(read, path))
    return [read]
  })
}

function withDefaults(field: WrittenField): Field {
  return { ...field, required: field.required ?? false } as Field
}

function optionFindings({ name, type, options }: Field, path: string): Finding[] {
  const selects = type === 'select' || type === 'multiselect'
  if (selects && options === undefined)
    return [errorAt(`${path}/options`, 'required', `${name} is a ${type}: list its options`)]
  if (!selects && options !== undefined)
    return [
      errorAt(
        `${path}/options`,
        'unknown_key',
        `Only select and multiselect have options; ${name} is ${type}`,
      ),
    ]
  return []
}

function defaultFindings(field: Field, path: string): Finding[] {
  if (field.default === undefined || field.default === null) return []
  if (field.type.endsWith('select') && field.options === undefined) return []
  const wrong = checkValue(field, field.default)
  return wrong.map(({ code, message }) =>
    errorAt(`${path}/default`, code, `The default does not fit: ${message}`),
  )
}
