import * as z from 'zod'
import { StepError } from '../step-error.ts'
import type { Json, JsonObject } from '../world.ts'
import { templated, text } from './params.ts'
import type { UserName } from './user-tools.ts'

/** A user by e-mail or id, whichever the author has. */
export const named = { email: text.optional(), userId: text.optional() }

/** Exactly one of the two names. */
export function oneName({
  value,
  issues,
}: z.core.ParsePayload<{
  email?: string | undefined
  userId?: string | undefined
}>): void {
  if ((value.email === undefined) !== (value.userId === undefined)) return
  const message = 'Expected email or userId, one of them'
  issues.push({ code: 'custom', path: ['email'], params: { code: 'required' }, message, input: value })
}

/** Members that the author makes up. */
export const members = templated(z.record(z.string(), z.json()))

/** A duration in whole seconds. */
export function seconds(least: number, most: number): z.ZodType<number | string> {
  return templated(z.int().min(least).max(most))
}

/** @throws {StepError} `<code>` if it is no text, or blank. */
export function textIn(args: JsonObject, name: string, code: string): string {
  const value = args[name]
  if (typeof value === 'string' && value.trim() !== '') return value
  throw new StepError(code, `${name} is no text`)
}

/** Text; null for what is absent, null or blank. */
export function optionalText(value: Json | undefined): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null
}

/** A password as it was typed; null where none was given. @throws {StepError} `User.BadPassword` if it is no text. */
export function passwordIn({ password }: JsonObject): string | null {
  if (password === undefined || password === null) return null
  if (typeof password === 'string') return password
  throw new StepError('User.BadPassword', 'password is no text')
}

/** An object; empty for what is absent or null. @throws {StepError} `<code>` */
export function objectIn(args: JsonObject, name: string, code: string): JsonObject {
  const value = args[name]
  if (value === undefined || value === null) return {}
  if (typeof value === 'object' && !Array.isArray(value)) return value
  throw new StepError(code, `${name} is no object`)
}

/** Whole seconds within bounds. @throws {StepError} `<code>` */
export function secondsIn(
  args: JsonObject,
  code: string,
  { usual, least, most }: { usual: number; least: number; most: number },
): number {
  const value = args.ttlSeconds ?? usual
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
  throw new StepError(code, `ttlSeconds is no whole number from ${least} to ${most}`)
}

/** Whom the step means. A name that came out empty means nobody, which is no error. */
export function nameIn({ userId, email }: JsonObject): UserName {
  if (userId !== undefined) return { userId: typeof userId === 'string' ? userId : '' }
  return { email: typeof email === 'string' ? email : '' }
}

/**
 * What a result does that has a row of its own in `next`, and none: then it is an error, so that nobody is taken for
 * somebody by a row that was forgotten.
 *
 * @throws {StepError}
 */
export function needsRow({ rows }: JsonObject, outcome: string, code: string, message: string): void {
  if (!Array.isArray(rows) || !rows.includes(outcome)) throw new StepError(code, message)
}

/** Tells the step which of its outcomes have rows. */
export function withRows(
  written: JsonObject,
  has: (outcome: string) => boolean,
  outcomes: string[],
): JsonObject {
  const rows = outcomes.filter(has)
  return rows.length === 0 ? written : { ...written, rows }
}
