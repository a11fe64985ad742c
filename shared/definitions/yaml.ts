import * as yaml from 'js-yaml'
import type { Notice } from '../strict-json.ts'
import { exactNumber, inexactNumber } from '../strict-json.ts'
import type { Json, JsonObject } from '../world.ts'

/** Deepest nesting of mappings and sequences that is read (hardening.md 2.2, rule 8). */
export const maxYamlDepth = 32

/** Most events of a document: some 30,000 keys with their values, more than any flow of 500 steps has. */
const maxEvents = 60_000

/** YAML that is not read: where, and what would be right. */
export class YamlError extends Error {
  readonly code: string
  /** Index into the text, in UTF-16 units. */
  readonly offset: number

  constructor(code: string, message: string, offset: number, cause?: unknown) {
    super(message, { cause })
    this.name = 'YamlError'
    this.code = code
    this.offset = offset
  }
}

/**
 * Reads one YAML 1.2 document as the JSON it stands for. Anchors, aliases, tags, merge keys, duplicate and complex keys,
 * several documents, `.inf` and numbers that a double cannot hold are refused.
 *
 * @param notice is told the place of each value, for pointing at problems.
 * @throws {YamlError} with a code beginning with `yaml_`.
 */
export function parseYaml(text: string, notice?: Notice): Json {
  const events = eventsOf(text)
  if (events.length > maxEvents)
    throw new YamlError('yaml_too_many_values', `A document holds at most ${maxEvents / 2} values`, 0)
  return new Builder(text, events, notice).document()
}

function eventsOf(text: string): yaml.Event[] {
  try {
    return yaml.parseEvents(text, { maxDepth: maxYamlDepth })
  } catch (error) {
    const mark = error instanceof yaml.YAMLException ? error.mark : undefined
    const reason = error instanceof yaml.YAMLException ? error.reason : 'this is not YAML'
    const code = /maxDepth|depth/.test(reason) ? 'yaml_too_deep' : 'yaml_syntax'
    const message =
      code === 'yaml_too_deep' ? `Nesting is limited to ${maxYamlDepth} levels` : sentence(reason)
    throw new YamlError(code, message, mark?.position ?? 0, error)
  }
}

type Content = yaml.MappingEvent | yaml.SequenceEvent | yaml.ScalarEvent

/** Turns the flat list of events into a value. */
class Builder {
  private readonly text: string
  private readonly events: yaml.Event[]
  private readonly notice: Notice | undefined
  private readonly path: string[] = []
  private next = 0
  /** Where the last value began: an empty value has no place of its own. */
  private last = 0

  constructor(text: string, events: yaml.Event[], notice: Notice | undefined) {
    this.text = text
    this.events = events
    this.notice = notice
  }

  document(): Json {
    const documents = this.events.filter((event) => event.type === yaml.EVENT_ID.DOCUMENT)
    if (documents.length === 0) throw new YamlError('yaml_empty', 'There is nothing in the document', 0)
    this.next = 1
    if (this.peek().type === yaml.EVENT_ID.POP)
      throw new YamlError('yaml_empty', 'There is nothing in the document', 0)
    const value = this.value(this.content())
    if (documents.length > 1) throw this.severalDocuments()
    return value
  }

  private severalDocuments(): YamlError {
    const second = this.events.slice(this.next).find((event) => 'valueStart' in event || 'start' in event)
    const offset = second === undefined ? this.text.length : this.placeOf(second as Content)
    return new YamlError('yaml_several_documents', 'Only one document is read; remove the --- line', offset)
  }

  private peek(): yaml.Event {
    return this.events[this.next] as yaml.Event
  }

  private content(): Content {
    const event = this.peek()
    this.next++
    if (event.type === yaml.EVENT_ID.ALIAS)
      throw new YamlError(
        'yaml_alias',
        'Aliases (*name) are not read; write the value out',
        event.anchorStart,
      )
    const content = event as Content
    if (content.anchorStart >= 0)
      throw new YamlError('yaml_anchor', 'Anchors (&name) are not read; remove it', content.anchorStart)
    if (content.tagStart >= 0 && this.text.slice(content.tagStart, content.tagEnd) !== '!!str')
      throw new YamlError('yaml_tag', 'Tags (!name) are not read; remove it', content.tagStart)
    return content
  }

  private value(event: Content): Json {
    if (event.type === yaml.EVENT_ID.SCALAR) return this.scalar(event)
    return event.type === yaml.EVENT_ID.MAPPING ? this.mapping() : this.sequence()
  }

  private mapping(): JsonObject {
    const object: JsonObject = {}
    while (this.peek().type !== yaml.EVENT_ID.POP) {
      const keyEvent = this.content()
      const key = this.key(object, keyEvent)
      object[key] = this.child(key, this.placeOf(keyEvent))
    }
    this.next++
    return object
  }

  private sequence(): Json[] {
    const array: Json[] = []
    while (this.peek().type !== yaml.EVENT_ID.POP) array.push(this.child(String(array.length)))
    this.next++
    return array
  }

  private child(name: string, keyOffset?: number): Json {
    const event = this.content()
    const offset = this.placeOf(event)
    this.path.push(name)
    this.notice?.(this.path, keyOffset ?? offset, offset)
    const value = this.value(event)
    this.path.pop()
    return value
  }

  private key(object: JsonObject, event: Content): string {
    const offset = this.placeOf(event)
    if (event.type !== yaml.EVENT_ID.SCALAR)
      throw new YamlError('yaml_complex_key', 'A key must be plain text', offset)
    const key = this.scalarText(event)
    if (key === '<<' && event.style === yaml.SCALAR_STYLE.PLAIN)
      throw new YamlError('yaml_merge_key', 'Merge keys (<<) are not read; write the keys out', offset)
    if (key === '__proto__' || (key === 'prototype' && this.path.at(-1) === 'constructor'))
      throw new YamlError('yaml_forbidden_key', `The key "${key}" is not allowed`, offset)
    if (Object.hasOwn(object, key))
      throw new YamlError(
        'yaml_duplicate_key',
        `The key ${JSON.stringify(key.slice(0, 40))} is given twice; is the indentation right?`,
        offset,
      )
    return key
  }

  private scalar(event: yaml.ScalarEvent): Json {
    const text = this.scalarText(event)
    const plain = event.style === yaml.SCALAR_STYLE.PLAIN && event.tagStart < 0
    return plain ? plainValue(text, event.valueStart) : text
  }

  private scalarText(event: yaml.ScalarEvent): string {
    const text = event.valueStart < 0 ? '' : yaml.getScalarValue(this.text, event)
    if (!text.isWellFormed())
      throw new YamlError(
        'yaml_bad_unicode',
        'Text must be well-formed Unicode: half a surrogate pair',
        this.placeOf(event),
      )
    return text
  }

  /** Where a value begins, its opening quote included. */
  private placeOf(event: Content): number {
    if (event.type !== yaml.EVENT_ID.SCALAR) this.last = event.start
    else if (event.valueStart >= 0) this.last = event.valueStart - (isQuoted(event) ? 1 : 0)
    return this.last
  }
}

/** What a scalar without quotes means in the YAML 1.2 core schema: null, a truth value, a number or text. */
function plainValue(text: string, offset: number): Json {
  if (/^(?:|~|null|Null|NULL)$/.test(text)) return null
  if (/^(?:true|True|TRUE)$/.test(text)) return true
  if (/^(?:false|False|FALSE)$/.test(text)) return false
  if (/^(?:0x[0-9a-fA-F]+|0o[0-7]+)$/.test(text)) return numberOf(text, offset, Number(BigInt(text)))
  if (/^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(text)) return numberOf(text, offset)
  if (/^[-+]?\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$/.test(text))
    throw new YamlError(
      'yaml_inexact_number',
      `${text} is not a number that JSON has; put it in quotes`,
      offset,
    )
  return text
}

function numberOf(text: string, offset: number, integer?: number): number {
  const value = integer === undefined ? exactNumber(text) : integer
  if (value === undefined || (integer !== undefined && !Number.isSafeInteger(integer)))
    throw new YamlError('yaml_inexact_number', inexactNumber(text), offset)
  return value
}

function isQuoted({ style }: yaml.ScalarEvent): boolean {
  return style === yaml.SCALAR_STYLE.SINGLE_QUOTED || style === yaml.SCALAR_STYLE.DOUBLE_QUOTED
}

function sentence(reason: string): string {
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}`
}
