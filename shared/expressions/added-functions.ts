import { createHash, randomUUID } from 'node:crypto'
import type jsonata from 'jsonata'
import { largestValueBytes } from './limits.ts'

const algorithms: Record<string, string> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
}
/** Longest list that a function makes. */
const longestList = 100_000

/** Gives an expression the functions that Step Functions adds, and holds those that could take the process down. */
export function addFunctions(expression: jsonata.Expression): void {
  expression.registerFunction('partition', partition, '<a-n:a>')
  expression.registerFunction('range', range, '<nnn:a>')
  expression.registerFunction('hash', hash, '<s-s:s>')
  expression.registerFunction('random', random, '<n?:n>')
  expression.registerFunction('uuid', () => randomUUID(), '<:s>')
  expression.registerFunction('parse', (text: string) => JSON.parse(text), '<s-:x>')
  expression.registerFunction('pad', pad, '<s-ns?:s>')
  expression.registerFunction('eval', () => {
    throw new Error('$eval is not part of the language')
  })
}

function partition(list: unknown[], size: number): unknown[][] {
  const step = Math.floor(size)
  if (step < 1) throw new Error('$partition needs a size of at least 1')
  return Array.from({ length: Math.ceil(list.length / step) }, (_, part) =>
    list.slice(part * step, (part + 1) * step),
  )
}

function range(first: number, last: number, step: number): number[] {
  const [from, to, by] = [first, last, step].map(Math.floor) as [number, number, number]
  if (by === 0) throw new Error('$range needs a step other than 0')
  const length = Math.max(0, Math.floor((to - from) / by) + 1)
  if (length > longestList) throw new Error(`$range makes at most ${longestList} numbers`)
  return Array.from({ length }, (_, index) => from + index * by)
}

function hash(text: string, algorithm: string): string {
  const name = Object.hasOwn(algorithms, algorithm) ? algorithms[algorithm] : undefined
  if (name === undefined) throw new Error(`$hash knows ${Object.keys(algorithms).join(', ')}`)
  return createHash(name).update(text).digest('hex')
}

/** The same seed gives the same number. */
function random(seed?: number): number {
  if (seed === undefined) return Math.random()
  return createHash('sha256').update(String(seed)).digest().readUInt32BE(0) / 2 ** 32
}

/** As JSONata's own, but never longer than a value may be. */
function pad(text: string, width: number, fill = ' '): string {
  const wanted = Math.abs(width)
  if (wanted > largestValueBytes) throw new Error(`$pad makes at most ${largestValueBytes} characters`)
  const missing = wanted - [...text].length
  if (missing <= 0) return text
  const padding = [...(fill === '' ? ' ' : fill).repeat(missing)].slice(0, missing).join('')
  return width > 0 ? text + padding : padding + text
}
