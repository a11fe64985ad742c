/** Met while running: JSONata would do more here than this evaluator knows. The caller asks JSONata itself. */
export class NeedsJsonata extends Error {
  constructor() {
    super('This needs JSONata itself')
    // Thrown for flow, not for people: the stack would be the costliest part.
    this.stack = ''
  }
}

/** Ends a direct evaluation. @throws {NeedsJsonata} always */
export function beyond(): never {
  throw new NeedsJsonata()
}

export function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  // A list would be mapped over and flattened.
  if (Array.isArray(value)) return beyond()
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
}

export function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : beyond()
}

export function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

/** JSONata's `$string`, where it is plain. */
export function text(value: unknown): string {
  if (value === undefined) return ''
  if (typeof value === 'string') return value
  if (typeof value === 'boolean' || value === null) return String(value)
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 1e15) return String(value)
  return beyond()
}

/** JSONata's `$boolean`; nothing is false. */
export function truth(value: unknown): boolean {
  if (!isObject(value)) return Boolean(value)
  if (!Array.isArray(value)) return Object.keys(value as object).length > 0
  return value.some(truth)
}
