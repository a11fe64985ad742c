import { Fault, type Issue } from '../faults.ts'
import { parseStrict, StrictJsonError } from '../strict-json.ts'
import type { Json, JsonObject } from '../world.ts'
import type { Written } from './graph.ts'
import { placeAt } from './places.ts'
import { reindent } from './reindent.ts'
import { parseYaml, YamlError } from './yaml.ts'

/** Largest text of a definition, in bytes of UTF-8. */
export const maxDefinitionBytes = 262_144

/** A definition that could be read as YAML or JSON, not yet understood. */
export interface DefinitionText {
  text: string
  format: Written['format']
  document: JsonObject
  /** The text with its indentation put back, where it had been lost on the way (reindent.ts). */
  reindented?: string
}

/**
 * Reads a definition's text. An object is kept as JSON text with two-space indent, or without where that would be too large.
 *
 * @throws {Fault} `validation_failed` with one issue at `/definition`, with line and column.
 */
export function readText(input: string | JsonObject): DefinitionText {
  const text = typeof input === 'string' ? input : textOf(input)
  if (Buffer.byteLength(text) > maxDefinitionBytes)
    throw unreadable('too_large', `A definition holds at most ${maxDefinitionBytes} bytes (256 KiB)`)
  const parsed: ParsedText =
    typeof input === 'string' ? parseText(text) : { value: parseJson(text), format: 'json' }
  const { value } = parsed
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw unreadable('not_an_object', 'A definition is an object with metadata and nodes', text, 0)
  return { ...parsed, text, document: value }
}

/** Any YAML or JSON text, read. */
export interface ParsedText {
  value: Json
  format: Written['format']
  reindented?: string
}

/** Reads YAML or JSON as definitions are read, whatever stands in it. @throws {Fault} as `readText` */
export function parseText(text: string): ParsedText {
  if (!text.isWellFormed())
    throw unreadable('bad_unicode', 'Text must be well-formed Unicode: half a surrogate pair')
  if (!/^\s*[{[]/.test(text)) return parseYamlText(text)
  try {
    return { value: parseStrict(text), format: 'json' }
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error
    // YAML has braces too: `{metadata: {name: x}}` is no JSON, but a document.
    if (error.code !== 'json_syntax') throw unreadable(error.code, error.message, text, error.offset)
    return parseBraces(text, error)
  }
}

function parseBraces(text: string, jsonError: StrictJsonError): { value: Json; format: 'yaml' } {
  try {
    return { value: parseYaml(text), format: 'yaml' }
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    const told = error.code === 'yaml_syntax' ? jsonError : error
    throw unreadable(told.code, told.message, text, told.offset)
  }
}

function parseYamlText(text: string): ParsedText {
  try {
    return { value: parseYaml(text), format: 'yaml' }
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    const reindented = reindent(text)
    if (reindented === undefined || error.code !== 'yaml_duplicate_key')
      throw unreadable(error.code, error.message, text, error.offset)
    return parseReindented(reindented, text, error)
  }
}

function parseReindented(reindented: string, text: string, first: YamlError): ParsedText {
  try {
    return { value: parseYaml(reindented), format: 'yaml', reindented }
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    throw unreadable(first.code, first.message, text, first.offset)
  }
}

function parseJson(text: string): Json {
  try {
    return parseStrict(text)
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error
    throw unreadable(error.code, error.message, text, error.offset)
  }
}

function textOf(input: JsonObject): string {
  try {
    const text = JSON.stringify(input, null, 2)
    return Buffer.byteLength(text) <= maxDefinitionBytes ? text : JSON.stringify(input)
  } catch (error) {
    // Circular, or so deep that the serialiser ran out of stack.
    throw unreadable('not_json', 'The definition cannot be written as JSON', undefined, undefined, error)
  }
}

function unreadable(code: string, message: string, text?: string, offset?: number, cause?: unknown): Fault {
  const place = text === undefined || offset === undefined ? {} : placeAt(text, offset)
  const issue: Issue = { path: '/definition', code, message, ...place }
  return new Fault('validation_failed', 'The definition cannot be read', { issues: [issue] }, cause)
}
