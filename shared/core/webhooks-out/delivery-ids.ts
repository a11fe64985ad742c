import { createHash } from 'node:crypto'

const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const timeLength = 10
const restLength = 16

/** The ULID of a moment that stands for a text: the same text, the same id. */
export function ulidFor(at: number, text: string): string {
  const bytes = createHash('sha256').update(text).digest()
  const rest = Array.from({ length: restLength }, (_, index) => letters[(bytes[index] ?? 0) % 32])
  return timeOf(at) + rest.join('')
}

/** The first and the last id that a ULID may have between two moments. */
export function ulidsBetween(from: number, to: number): { least: string; most: string } {
  return { least: timeOf(from) + '0'.repeat(restLength), most: timeOf(to) + 'Z'.repeat(restLength) }
}

/** The part of a ULID that tells its moment. */
function timeOf(at: number): string {
  let left = Math.max(0, at)
  let text = ''
  for (let index = 0; index < timeLength; index++) {
    text = letters[left % 32] + text
    left = Math.floor(left / 32)
  }
  return text
}
