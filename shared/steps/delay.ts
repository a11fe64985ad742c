import * as z from 'zod'
import { expression } from '../asl/expression.ts'
import type { ControlStep, Place } from './define.ts'
import { duration, isTemplate, readSeconds, templated } from './params.ts'

const yearSeconds = 31_536_000

const params = z
  .strictObject({
    seconds: duration.optional(),
    until: templated(z.iso.datetime({ offset: true })).optional(),
  })
  .refine(
    (written) => (written.seconds === undefined) !== (written.until === undefined),
    'Expected either seconds or until',
  )
  .refine(({ seconds }) => (readSeconds(seconds) ?? 0) <= yearSeconds, 'Expected at most one year')

/** Stands still for a while. */
export const delay: ControlStep<z.infer<typeof params>> = {
  type: 'delay',
  aliases: ['wait'],
  kind: 'control',
  summary: 'Stands still for a time or until a moment',
  params,
  output: [],
  example: { seconds: '5m' },
  outcomes: () => [],
  secrets: false,
  silent: true,
  holdsSeconds: ({ seconds }) => readSeconds(seconds) ?? Number.POSITIVE_INFINITY,
  compile: ({ seconds, until }, place) =>
    until === undefined
      ? place.hold(forSeconds(seconds as string, place))
      : place.hold(untilMoment(until, place)),
}

function forSeconds(seconds: number | string, place: Place): { Seconds: number | string } {
  const known = readSeconds(seconds)
  if (known !== null) return { Seconds: Math.ceil(known) }
  // A Wait state cannot catch: what is no time is no wait.
  const value = `$v := ${place.formula(String(seconds))}`
  const fits = `$type($v) = "number" and $v > 0`
  return {
    Seconds: expression(`(${value}; ${fits} ? ($v < ${yearSeconds} ? $ceil($v) : ${yearSeconds}) : 0)`),
  }
}

const date = [
  '\\d{4}-(0[13578]|1[02])-(0[1-9]|[12]\\d|3[01])',
  '\\d{4}-(0[469]|11)-(0[1-9]|[12]\\d|30)',
  '\\d{4}-02-(0[1-9]|1\\d|2[0-8])',
  '\\d\\d(0[48]|[2468][048]|[13579][26])-02-29',
].join('|')
const moment = `/^(${date})T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,9})?(Z|[+-]([01]\\d|2[0-3]):[0-5]\\d)$/`

function untilMoment(until: string, place: Place): { Timestamp: string } {
  if (!isTemplate(until)) return { Timestamp: until }
  const now = '$states.context.State.EnteredTime'
  return {
    Timestamp: expression(
      `($v := ${place.formula(until)}; ($type($v) = "string" ? $contains($v, ${moment}) : false) ? $v : ${now})`,
    ),
  }
}
