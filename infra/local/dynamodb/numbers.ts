import dynalite from 'dynalite/validations/index.js'
import { invalid } from './refuse.ts'

const shortWhole = /^(?:0|-?[1-9]\d{0,14})$/

/**
 * A number in the one form in which it is stored: no exponent, no superfluous zeros.
 *
 * @throws {Refused} ValidationException when it is no number, or beyond 38 digits or DynamoDB's range.
 */
export function canonicalNumber(text: string): string {
  if (shortWhole.test(text)) return text
  const value: Record<string, unknown> = { N: text }
  const problem = dynalite.validateAttributeValue(value)
  if (problem !== undefined) throw invalid(problem)
  return value.N === '-0' ? '0' : (value.N as string)
}

/** Less than, equal to or greater than zero, like the two numbers (both canonical). */
export function compareNumbers(a: string, b: string): number {
  if (shortWhole.test(a) && shortWhole.test(b)) return Number(a) - Number(b)
  const scale = Math.max(decimals(a), decimals(b))
  const difference = scaled(a, scale) - scaled(b, scale)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** The sum, or with `sign` -1 the difference, of two canonical numbers. */
export function addNumbers(a: string, b: string, sign: 1 | -1 = 1): string {
  if (shortWhole.test(a) && shortWhole.test(b)) {
    const sum = Number(a) + sign * Number(b)
    if (Number.isSafeInteger(sum)) return canonicalNumber(String(sum === 0 ? 0 : sum))
  }
  const scale = Math.max(decimals(a), decimals(b))
  return canonicalNumber(unscaled(scaled(a, scale) + BigInt(sign) * scaled(b, scale), scale))
}

function decimals(number: string): number {
  const point = number.indexOf('.')
  return point < 0 ? 0 : number.length - point - 1
}

function scaled(number: string, scale: number): bigint {
  return BigInt(number.replace('.', '') + '0'.repeat(scale - decimals(number)))
}

function unscaled(units: bigint, scale: number): string {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  const sign = units < 0n ? '-' : ''
  return scale === 0 ? sign + whole : `${sign}${whole}.${digits.slice(digits.length - scale)}`
}
