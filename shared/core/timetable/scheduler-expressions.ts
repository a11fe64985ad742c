import { badCron, type FieldValues, readCronFields } from './cron-fields.ts'

const units: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }

/**
 * What EventBridge Scheduler is told for an author's cron line (aws.md 4.1): one expression, or two where day and weekday
 * are both restricted, since Unix means either of them.
 *
 * @throws {Fault} `validation_failed` on `/cron`.
 */
export function schedulerExpressions(line: string): string[] {
  const written = line.trim()
  if (/^rate\s*\(/.test(written)) return [readRate(written)]
  if (/^at\s*\(/.test(written)) return [readAt(written)]
  if (/^cron\s*\(/.test(written)) return [readSchedulerCron(written)]
  const { minutes, hours, days, months, weekdays } = readCronFields(written)
  const time = `${list(minutes)} ${list(hours)}`
  const month = list(months)
  // Scheduler counts weekdays from 1, Sunday.
  const week = list(weekdays?.map((day) => day + 1) ?? null)
  const byDay = `cron(${time} ${list(days)} ${month} ? *)`
  const byWeekday = `cron(${time} ? ${month} ${week} *)`
  if (weekdays === null) return [byDay]
  return days === null ? [byWeekday] : [byDay, byWeekday]
}

function list(values: FieldValues): string {
  return values === null ? '*' : values.join(',')
}

function readRate(text: string): string {
  const [, count = '', unit = ''] = /^rate\s*\(\s*(\d{1,5})\s+(minute|hour|day)s?\s*\)$/.exec(text) ?? []
  if (Number(count) < 1) throw badCron('rate(…) takes a number and minutes, hours or days: rate(5 minutes)')
  return `rate(${Number(count)} ${unit}${Number(count) === 1 ? '' : 's'})`
}

/** How long a rate's period is, in milliseconds. */
export function ratePeriodMs(expression: string): number {
  const [, count = '1', unit = 'minute'] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? []
  return Number(count) * (units[unit] ?? 60_000)
}

function readAt(text: string): string {
  const [, moment = ''] = /^at\s*\(\s*(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\s*\)$/.exec(text) ?? []
  if (moment === '' || Number.isNaN(Date.parse(`${moment}Z`)))
    throw badCron('at(…) takes a moment of the zone: at(2026-03-01T06:00:00)')
  return `at(${moment})`
}

const field = /^[\d*,\-/?LW#A-Z]+$/i

function readSchedulerCron(text: string): string {
  const inside = /^cron\s*\(([^()]*)\)$/.exec(text)?.[1]?.trim() ?? ''
  const fields = inside.split(/\s+/)
  if (fields.length !== 6 || !fields.every((one) => field.test(one)))
    throw badCron('cron(…) has six fields: minute hour day month weekday year, e.g. cron(0 8 ? * 2-6 *)')
  const [, , day, , weekday] = fields
  if ((day === '?') === (weekday === '?'))
    throw badCron('In cron(…) exactly one of day and weekday is ?, e.g. cron(0 8 ? * 2-6 *)')
  if (fields.some((one) => /\/0+$/.test(one))) throw badCron('A step of 0 never comes')
  return `cron(${fields.join(' ').toUpperCase()})`
}
