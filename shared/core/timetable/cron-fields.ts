import { Fault } from '../../faults.ts'

/** One field of a cron line: from where to where it counts, and its names. */
interface FieldKind {
  name: string
  least: number
  most: number
  /** Names of `least`, `least + 1` … */
  words?: string[]
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']
const kinds: FieldKind[] = [
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'day of the month', least: 1, most: 31 },
  { name: 'month', least: 1, most: 12, words: months },
  // 0 and 7 are both Sunday.
  { name: 'weekday', least: 0, most: 7, words: weekdays },
]

/** What a field allows, in order; null for `*`. */
export type FieldValues = number[] | null

/** The five fields of a Unix cron line. */
export interface CronFields {
  minutes: FieldValues
  hours: FieldValues
  days: FieldValues
  months: FieldValues
  /** 0-6, Sunday is 0. */
  weekdays: FieldValues
}

const macros: Record<string, string> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
}

/**
 * Reads a Unix cron line of five fields, or one of its short forms.
 *
 * @throws {Fault} `validation_failed` on `/cron`, saying what would be right.
 */
export function readCronFields(line: string): CronFields {
  const written = line.trim()
  const known = macros[written.toLowerCase()]
  if (written.startsWith('@') && known === undefined)
    throw badCron(`${written} is not known: use ${Object.keys(macros).join(' ')} or five fields`)
  const fields = (known ?? written).split(/\s+/)
  if (fields.length !== 5)
    throw badCron(
      `A cron line has five fields (minute hour day month weekday), this one has ${fields.length}`,
    )
  const [minutes, hours, days, monthList, weekdayList] = fields.map((text, at) => readField(text, kinds[at]!))
  const sundayIsZero = weekdayList && [...new Set(weekdayList.map((day) => day % 7))].sort((a, b) => a - b)
  return {
    minutes: minutes ?? null,
    hours: hours ?? null,
    days: days ?? null,
    months: monthList ?? null,
    weekdays: sundayIsZero ?? null,
  }
}

function readField(text: string, kind: FieldKind): FieldValues {
  if (text === '*') return null
  const values = text.split(',').flatMap((part) => readPart(part, kind))
  return [...new Set(values)].sort((a, b) => a - b)
}

/** `n`, `a-b`, `*` and each of them with `/step`. */
function readPart(part: string, kind: FieldKind): number[] {
  const [, range = '', stepText] = /^([^/]+)(?:\/(\d{1,4}))?$/.exec(part) ?? []
  if (range === '') throw badCron(`${part} is no ${kind.name}`)
  const step = stepText === undefined ? 1 : Number(stepText)
  if (step === 0) throw badCron(`${part}: a step of 0 never comes`)
  const [from, to] = readRange(range, kind, stepText !== undefined)
  if (from > to) throw badCron(`${part}: the range goes backwards`)
  const values: number[] = []
  for (let value = from; value <= to; value += step) values.push(value)
  return values
}

function readRange(range: string, kind: FieldKind, stepped: boolean): [number, number] {
  // The whole week is 0-6: 7 is another name of its first day.
  const last = kind.most === 7 ? 6 : kind.most
  if (range === '*') return [kind.least, last]
  const [first = '', end, ...more] = range.split('-')
  if (more.length > 0) throw badCron(`${range} is no ${kind.name}`)
  const from = readValue(first, kind)
  if (end !== undefined) return [from, readValue(end, kind)]
  return [from, stepped ? last : from]
}

function readValue(text: string, { name, least, most, words }: FieldKind): number {
  const word = words?.indexOf(text.toUpperCase()) ?? -1
  if (word >= 0) return least + word
  if (/^[?LW#]|[LW#]/i.test(text) && !/^\d+$/.test(text))
    throw badCron(`${text}: ? L W and # are only for cron(…) of EventBridge Scheduler`)
  const value = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN
  if (Number.isNaN(value)) throw badCron(`${text} is no ${name}`)
  if (value < least || value > most) throw badCron(`${text} is no ${name}: give ${least} to ${most}`)
  return value
}

/** The refusal of a cron line that cannot be taken. */
export function badCron(message: string): Fault {
  return new Fault('validation_failed', 'The schedule cannot be made like this', {
    issues: [{ path: '/cron', code: 'cron', message }],
  })
}
