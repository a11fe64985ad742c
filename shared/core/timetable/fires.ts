import { Cron } from 'croner'
import { badCron } from './cron-fields.ts'
import { ratePeriodMs } from './scheduler-expressions.ts'

/** A Scheduler expression with where and since when it counts. */
export interface Timetable {
  expression: string
  /** IANA name. */
  timezone: string
  /** What `rate(…)` is counted from, milliseconds since 1970. */
  sinceMs: number
}

/** Candidates that a gap or a repeated hour may take away before the next real one. */
const mostDropped = 500

/**
 * The first moment after `afterMs` at which the expression fires; null if there is none. Preview and firing both ask this
 * function (hardening.md rule 41): a time that the clock skips in spring does not fire, one that it shows twice in autumn
 * fires the first time.
 *
 * @throws {Fault} `validation_failed` on `/cron` for an expression that cannot be read.
 */
export function nextFire({ expression, timezone, sinceMs }: Timetable, afterMs: number): number | null {
  if (expression.startsWith('rate(')) {
    const period = ratePeriodMs(expression)
    return sinceMs + (Math.floor(Math.max(0, afterMs - sinceMs) / period) + 1) * period
  }
  if (expression.startsWith('at(')) {
    const at = momentIn(expression.slice(3, -1), timezone)
    return at > afterMs ? at : null
  }
  return nextOf(cronOf(expression, timezone), timezone, afterMs)
}

function nextOf(cron: Cron, timezone: string, afterMs: number): number | null {
  let at = afterMs
  for (let dropped = 0; dropped < mostDropped; dropped++) {
    const next = cron.nextRun(new Date(at))
    if (next === null) return null
    at = next.getTime()
    if (cron.match(next) && !isSecondTime(at, timezone)) return at
  }
  return null
}

const known = new Map<string, Cron>()
const mostKnown = 500

function cronOf(expression: string, timezone: string): Cron {
  const key = `${expression} ${timezone}`
  const kept = known.get(key)
  if (kept) return kept
  const cron = makeCron(expression, timezone)
  if (known.size >= mostKnown) known.clear()
  known.set(key, cron)
  return cron
}

function makeCron(expression: string, timezone: string): Cron {
  const [minute = '', hour = '', day = '', month = '', weekday = '', year = ''] = expression
    .slice(5, -1)
    .split(' ')
  const pattern = [
    '0',
    stepped(minute, 59),
    stepped(hour, 23),
    stepped(day.replace('?', '*'), 31),
    stepped(month, 12),
    stepped(unixWeekday(weekday), 6),
    stepped(year, 2199),
  ].join(' ')
  try {
    return new Cron(pattern, { timezone, paused: true, mode: '7-part' })
  } catch (error) {
    throw badCron((error as Error).message)
  }
}

/** `5/10`, from 5 on, is `5-59/10` elsewhere. */
function stepped(field: string, most: number): string {
  return field.replace(/(^|,)(\d+)\/(\d+)/g, (_, before, from, step) => `${before}${from}-${most}/${step}`)
}

/** Scheduler's Sunday is 1, Unix's 0. */
function unixWeekday(field: string): string {
  if (field === '?') return '*'
  return field.replace(/(^|[,-])([1-7])(?=$|[,\-#L/])/g, (_, before, day) => `${before}${Number(day) - 1}`)
}

/** True if the zone's clock has shown this time before, within the hour or half an hour that it was set back. */
function isSecondTime(at: number, timezone: string): boolean {
  return [1_800_000, 3_600_000].some((back) => wallClock(at, timezone) === wallClock(at - back, timezone))
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** What a clock of the zone shows, to the minute. */
function wallClock(at: number, timezone: string): string {
  let format = formats.get(timezone)
  if (!format) {
    format = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short', timeStyle: 'short' })
    formats.set(timezone, format)
  }
  return format.format(at)
}

/** The moment at which a clock of the zone shows a time; in a repeated hour the first. */
function momentIn(time: string, timezone: string): number {
  return new Cron(time, { timezone, paused: true }).nextRun(new Date(0))?.getTime() ?? Number.NaN
}

/** The next moments of several expressions together, in order, each once. */
export function nextFires(tables: Timetable[], afterMs: number, count: number): number[] {
  const fires: number[] = []
  for (let at = afterMs; fires.length < count; ) {
    const next = Math.min(...tables.map((table) => nextFire(table, at) ?? Number.POSITIVE_INFINITY))
    if (!Number.isFinite(next)) break
    fires.push(next)
    at = next
  }
  return fires
}

/** True if the zone is one that the system knows. */
export function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return /^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(name)
  } catch {
    return false
  }
}
