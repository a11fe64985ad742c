import { pointerOf } from './pointer.ts'
import type { Json, JsonObject } from './world.ts'

/** Deepest nesting of objects and arrays that is read (hardening.md 2.2, rule 7). */
export const maxJsonDepth = 64

/** Why a text is refused. */
export type StrictJsonCode =
  | 'json_syntax'
  | 'json_too_deep'
  | 'json_duplicate_key'
  | 'json_forbidden_key'
  | 'json_bad_unicode'
  | 'json_inexact_number'

/** JSON that is not read: where, and what would be right. */
export class StrictJsonError extends Error {
  readonly code: StrictJsonCode
  /** JSON pointer of the value that was being read. */
  readonly pointer: string
  /** Index into the text, in UTF-16 units. */
  readonly offset: number

  constructor(code: StrictJsonCode, message: string, pointer: string, offset: number) {
    super(message)
    this.name = 'StrictJsonError'
    this.code = code
    this.pointer = pointer
    this.offset = offset
  }
}

/** Is told where each member or item begins; `path` is only good during the call. */
export type Notice = (path: readonly string[], keyOffset: number, valueOffset: number) => void

/**
 * Reads JSON in one pass and keeps nothing that would surprise later: no duplicate keys, no `__proto__`, no number that
 * a double cannot hold, no lone surrogate, no nesting beyond 64 levels. `-0` reads as 0.
 *
 * @param notice is told the place of each value, for pointing at problems.
 * @throws {StrictJsonError} with one of the codes above.
 */
export function parseStrict(text: string, notice?: Notice): Json {
  return new Reader(text, notice).document()
}

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const colon = 0x3a
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d

const numberAt = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const escapeAt = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const words: Record<string, Json> = { true: true, false: false, null: null }

/** One pass over one text. A class, because V8 runs its fields faster than variables shared by closures. */
class Reader {
  private readonly text: string
  private readonly notice: Notice | undefined
  private readonly path: string[] = []
  private at = 0

  constructor(text: string, notice: Notice | undefined) {
    this.text = text
    this.notice = notice
  }

  document(): Json {
    this.blank()
    const value = this.value()
    this.blank()
    if (this.at < this.text.length) throw this.unexpected('the end of the text')
    return value
  }

  private value(): Json {
    const code = this.text.charCodeAt(this.at)
    if (code === quote) return this.string()
    if (code === openBrace) return this.object()
    if (code === openBracket) return this.array()
    if (code === 0x2d || (code >= 0x30 && code <= 0x39)) return this.number()
    return this.word()
  }

  private object(): JsonObject {
    this.open()
    const object: JsonObject = {}
    if (this.take(closeBrace)) return object
    do {
      this.blank()
      const keyOffset = this.at
      if (this.text.charCodeAt(keyOffset) !== quote) throw this.unexpected('a key in double quotes')
      const key = this.string()
      this.judgeKey(object, key, keyOffset)
      this.blank()
      if (this.text.charCodeAt(this.at) !== colon) throw this.unexpected('a colon after the key')
      this.at++
      this.blank()
      object[key] = this.child(key, keyOffset)
    } while (this.more(closeBrace, 'a comma or a closing brace'))
    return object
  }

  private array(): Json[] {
    this.open()
    const array: Json[] = []
    if (this.take(closeBracket)) return array
    do {
      this.blank()
      array.push(this.child(String(array.length), this.at))
    } while (this.more(closeBracket, 'a comma or a closing bracket'))
    return array
  }

  private child(name: string, keyOffset: number): Json {
    this.path.push(name)
    this.notice?.(this.path, keyOffset, this.at)
    const value = this.value()
    this.path.pop()
    return value
  }

  private open(): void {
    // `path` holds one name per container that is already open.
    if (this.path.length >= maxJsonDepth)
      throw this.refuse('json_too_deep', `Nesting is limited to ${maxJsonDepth} levels`, this.at)
    this.at++
    this.blank()
  }

  private take(code: number): boolean {
    if (this.text.charCodeAt(this.at) !== code) return false
    this.at++
    return true
  }

  private more(close: number, wanted: string): boolean {
    this.blank()
    if (this.take(comma)) return true
    if (this.take(close)) return false
    throw this.unexpected(wanted)
  }

  private judgeKey(object: JsonObject, key: string, offset: number): void {
    if (Object.hasOwn(object, key))
      throw this.refuse('json_duplicate_key', `The key ${show(key)} is given twice`, offset, key)
    if (key === '__proto__' || (key === 'prototype' && this.path.at(-1) === 'constructor'))
      throw this.refuse('json_forbidden_key', `The key ${show(key)} is not allowed`, offset, key)
  }

  private string(): string {
    const start = this.at + 1
    const { text } = this
    let end = start
    let code = text.charCodeAt(end)
    while (code !== quote && code !== backslash && code >= 0x20) code = text.charCodeAt(++end)
    this.at = end
    const value = code === quote ? text.slice(start, end) : this.escapedString(start)
    this.at++
    if (!value.isWellFormed())
      throw this.refuse(
        'json_bad_unicode',
        'Text must be well-formed Unicode: half a surrogate pair',
        start - 1,
      )
    return value
  }

  /** Goes on from the first backslash; leaves `at` on the closing quote. */
  private escapedString(start: number): string {
    const { text } = this
    for (;;) {
      const code = text.charCodeAt(this.at)
      if (code === quote) return JSON.parse(text.slice(start - 1, this.at + 1)) as string
      if (!(code >= 0x20)) throw this.unexpected('a closing quote; control characters are written as \\u0000')
      if (code === backslash) {
        escapeAt.lastIndex = this.at
        if (!escapeAt.test(text)) throw this.unexpected('an escape such as \\n or \\u0041')
        this.at = escapeAt.lastIndex
      } else this.at++
    }
  }

  private number(): number {
    numberAt.lastIndex = this.at
    const literal = numberAt.exec(this.text)?.[0]
    if (literal === undefined) throw this.unexpected('a number')
    const value = exactNumber(literal)
    if (value === undefined) throw this.refuse('json_inexact_number', inexactNumber(literal), this.at)
    this.at += literal.length
    return value
  }

  private word(): Json {
    const word = /^[a-z]{1,5}/i.exec(this.text.slice(this.at, this.at + 5))?.[0] ?? ''
    if (!Object.hasOwn(words, word)) throw this.unexpected('a value')
    this.at += word.length
    return words[word] as Json
  }

  private blank(): void {
    const { text } = this
    let code = text.charCodeAt(this.at)
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = text.charCodeAt(++this.at)
  }

  private unexpected(wanted: string): StrictJsonError {
    const found = this.at < this.text.length ? show(String.fromCodePoint(this.codePoint())) : 'the end'
    return this.refuse('json_syntax', `Expected ${wanted}, found ${found}`, this.at)
  }

  private codePoint(): number {
    return this.text.codePointAt(this.at) ?? 0
  }

  private refuse(code: StrictJsonCode, message: string, offset: number, key?: string): StrictJsonError {
    const path = key === undefined ? this.path : [...this.path, key]
    return new StrictJsonError(code, message, pointerOf(path), offset)
  }
}

/**
 * The value of a decimal literal, or undefined if a double cannot hold it: an integer beyond ±(2^53−1), or a literal that
 * would become Infinity or 0. Other decimals become the nearest double. From 1e21 on numbers are written with an exponent,
 * so nobody takes them for exact integers; what is read once can be written and read again.
 */
export function exactNumber(literal: string): number | undefined {
  const value = Number(literal)
  if (value === 0) return /^[^eE]*[1-9]/.test(literal) ? undefined : 0
  if (!Number.isFinite(value)) return undefined
  const written = Math.abs(value) < 1e21 || /^[-+]?\d+$/.test(literal)
  if (written && Number.isInteger(value) && !Number.isSafeInteger(value)) return undefined
  return value
}

/** The sentence for a number that `exactNumber` refuses. */
export function inexactNumber(literal: string): string {
  return `The number ${shorten(literal)} cannot be held exactly; write it as text`
}

function show(text: string): string {
  return JSON.stringify(shorten(text))
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
