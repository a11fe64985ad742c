import { createHash, randomUUID } from 'node:crypto'
import type jsonata from 'jsonata'
import { limits } from './limits.ts'

/** A refusal in JSONata's own shape: plain objects with a code. */
function fail(code: string, message: string): never {
  throw Object.assign(new Error(message), { code })
}

/** Makes an expression Step Functions': adds its six functions, takes away `$eval`, caps `$pad`, rounds as 2.0.6 does. */
export function registerFunctions(expression: jsonata.Expression): void {
  expression.registerFunction('partition', partition, '<an:a>')
  expression.registerFunction('range', range, '<nnn:a>')
  expression.registerFunction('hash', hash, '<ss:s>')
  expression.registerFunction('random', random, '<n?:n>')
  expression.registerFunction('uuid', () => randomUUID(), '<:s>')
  expression.registerFunction('parse', parse, '<s:x>')
  expression.registerFunction('pad', pad, '<s-ns?:s>')
  expression.registerFunction('eval', () => fail('D3120', '$eval is not available'), '<sx?:x>')
  expression.registerFunction('string', text206, '<x-b?:s>')
  expression.registerFunction(joinName, text206, '<x:s>')
}

function partition(list: unknown[] | undefined, size: number): unknown[][] | undefined {
  if (list === undefined) return undefined
  const length = Math.floor(size)
  if (!(length >= 1)) fail('D3141', 'The size of a partition must be at least 1')
  return Array.from({ length: Math.ceil(list.length / length) }, (_none, at) =>
    list.slice(at * length, (at + 1) * length),
  )
}

function range(first: number, last: number, step: number): number[] | undefined {
  if (first === undefined || last === undefined || step === undefined) return undefined
  const [from, to, by] = [Math.floor(first), Math.floor(last), Math.floor(step)]
  if (by === 0) fail('D3141', 'The step of a range may not be 0')
  const length = Math.max(0, Math.floor((to - from) / by) + 1)
  if (!(length <= limits.sequenceLength)) fail('D2015', 'The range has too many items')
  return Array.from({ length }, (_none, at) => from + at * by)
}

function hash(text: string | undefined, algorithm: string): string | undefined {
  if (text === undefined) return undefined
  if (!/^(MD5|SHA-(1|256|384|512))$/.test(algorithm)) fail('D3141', 'The hash algorithm is not known')
  return createHash(algorithm.toLowerCase().replace('-', '')).update(text).digest('hex')
}

/** The same seed gives the same number. */
function random(seed?: number): number {
  if (seed === undefined) return Math.random()
  let state = (Math.floor(seed) + 0x6d2b79f5) | 0
  state = Math.imul(state ^ (state >>> 15), state | 1)
  state ^= state + Math.imul(state ^ (state >>> 7), state | 61)
  return ((state ^ (state >>> 14)) >>> 0) / 2 ** 32
}

function parse(text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return fail('D3141', 'The text is not JSON')
  }
}

function pad(text: string | undefined, width: number, filling = ' '): string | undefined {
  if (text === undefined) return undefined
  if (!(Math.abs(width) <= limits.padWidth)) fail('D3141', `$pad is limited to ${limits.padWidth} characters`)
  const missing = Math.trunc(Math.abs(width)) - [...text].length
  if (missing <= 0) return text
  const padding = [...(filling || ' ').repeat(Math.ceil(missing / (filling || ' ').length))]
    .slice(0, missing)
    .join('')
  return width > 0 ? text + padding : padding + text
}

/** The name of what `&` does to its sides; no author's. */
const joinName = ' join'

// 2.2 writes whole numbers in full, 2.0.6 (and so Step Functions) rounds every number to 15 digits.
function text206(value: unknown, pretty?: boolean): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  if (isFunction(value)) return ''
  if (typeof value === 'number' && !Number.isFinite(value)) fail('D3001', 'The number has no text')
  const round = (_name: string, member: unknown) => {
    if (isFunction(member)) return ''
    if (typeof member !== 'number' || Number.isNaN(member)) return member
    if (!Number.isFinite(member)) fail('D1001', `Number out of range: ${member}`)
    return Number(member.toPrecision(15))
  }
  return JSON.stringify(value, round, pretty ? 2 : 0)
}

/** True for what JSONata takes for a function. */
export function isFunction(value: unknown): boolean {
  if (typeof value === 'function') return true
  const marks = value as { _jsonata_lambda?: unknown; _jsonata_function?: unknown } | null
  return (
    typeof value === 'object' && marks !== null && Boolean(marks._jsonata_lambda ?? marks._jsonata_function)
  )
}

/** True for a function of the evaluator itself; members of a value may be called anything. */
export function isRealFunction(value: unknown): boolean {
  const parts = value as { implementation?: unknown; environment?: { lookup?: unknown } } | null
  if (typeof value === 'function') return true
  return (
    isFunction(value) &&
    (typeof parts?.implementation === 'function' || typeof parts?.environment?.lookup === 'function')
  )
}

interface Raw {
  type?: string
  value?: unknown
  [member: string]: unknown
}

/** Gives the sides of every `&` the rounding of 2.0.6; returns how many nodes the tree has. */
export function prepareTree(tree: unknown): number {
  const seen = new Set<object>()
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null || seen.has(node) || node instanceof RegExp) return
    seen.add(node)
    const raw = node as Raw
    for (const member of Object.values(raw)) visit(member)
    if (raw.type !== 'binary' || raw.value !== '&') return
    raw.lhs = joined(raw.lhs)
    raw.rhs = joined(raw.rhs)
  }
  visit(tree)
  return seen.size
}

function joined(side: unknown): Raw {
  const procedure = { type: 'variable', value: joinName }
  return { type: 'function', value: '(', position: 0, arguments: [side], procedure }
}
