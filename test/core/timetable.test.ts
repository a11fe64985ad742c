import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nextFires } from '../../shared/core/timetable/fires.ts'
import { schedulerExpressions } from '../../shared/core/timetable/scheduler-expressions.ts'
import { isFault } from '../../shared/faults.ts'

function fires(cron: string, after: string, { timezone = 'UTC', count = 3 } = {}): string[] {
  const sinceMs = Date.parse(after)
  const tables = schedulerExpressions(cron).map((expression) => ({ expression, timezone, sinceMs }))
  return nextFires(tables, sinceMs, count).map((at) => new Date(at).toISOString().replace(':00.000Z', ''))
}

function refusal(cron: string): string {
  try {
    fires(cron, '2026-03-01T00:00:00Z')
  } catch (error) {
    if (isFault(error, 'validation_failed')) return error.details.issues?.[0]?.message ?? ''
    throw error
  }
  return ''
}

describe('what Scheduler is told', () => {
  test.each([
    ['0 * * * *', ['cron(0 * * * ? *)']],
    ['*/15 9-17 * * 1-5', ['cron(0,15,30,45 9,10,11,12,13,14,15,16,17 ? * 2,3,4,5,6 *)']],
    ['30 2 1 * *', ['cron(30 2 1 * ? *)']],
    ['0 0 * * 0', ['cron(0 0 ? * 1 *)']],
    ['0 0 * * 7', ['cron(0 0 ? * 1 *)']],
    ['0 0 * * SUN', ['cron(0 0 ? * 1 *)']],
    ['0 8 * * 5-7', ['cron(0 8 ? * 1,6,7 *)']],
    ['0 0 13 * 5', ['cron(0 0 13 * ? *)', 'cron(0 0 ? * 6 *)']],
    ['@daily', ['cron(0 0 * * ? *)']],
    ['0 12 * JAN,jul mon', ['cron(0 12 ? 1,7 2 *)']],
    ['cron(0 8 ? * MON-FRI *)', ['cron(0 8 ? * MON-FRI *)']],
    ['rate(5 minutes)', ['rate(5 minutes)']],
    ['rate(1 hours)', ['rate(1 hour)']],
    ['at(2026-03-01T06:00:00)', ['at(2026-03-01T06:00:00)']],
  ])('%s', (cron, expressions) => {
    expect(schedulerExpressions(cron)).toEqual(expressions)
  })

  test.each([
    ['* * * *', 'five fields'],
    ['0 * * * * *', 'five fields'],
    ['@reboot', 'not known'],
    ['*/0 * * * *', 'never comes'],
    ['60 * * * *', 'give 0 to 59'],
    ['0 0 * * 8', 'give 0 to 7'],
    ['0 0 L * *', 'only for cron'],
    ['0 0 ? * 1', 'only for cron'],
    ['10-5 * * * *', 'backwards'],
    ['x * * * *', 'no minute'],
    ['cron(0 8 * * *)', 'six fields'],
    ['cron(0 8 * * MON *)', 'exactly one'],
    ['cron(0/0 8 * * ? *)', 'never comes'],
    ['rate(0 minutes)', 'rate(5 minutes)'],
    ['rate(10 seconds)', 'rate(5 minutes)'],
    ['at(tomorrow)', 'at(2026'],
  ])('%s is refused and told what would be right', (cron, message) => {
    expect(refusal(cron)).toContain(message)
  })
})

describe('when it fires', () => {
  test('a time that the clock skips in spring does not', () => {
    const berlin = { timezone: 'Europe/Berlin' }

    expect(fires('30 2 * * *', '2026-03-28T00:00:00Z', berlin)).toEqual([
      '2026-03-28T01:30',
      '2026-03-30T00:30',
      '2026-03-31T00:30',
    ])
  })

  test('a time that the clock shows twice in autumn does the first time', () => {
    const berlin = { timezone: 'Europe/Berlin' }

    expect(fires('30 2 * * *', '2026-10-24T12:00:00Z', berlin)).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
      '2026-10-27T01:30',
    ])
    expect(fires('*/30 * * * *', '2026-10-25T00:00:00Z', berlin)).toEqual([
      '2026-10-25T00:30',
      '2026-10-25T02:00',
      '2026-10-25T02:30',
    ])
  })

  test('day or weekday, where both are restricted', () => {
    expect(fires('0 0 13 * 5', '2026-02-12T00:00:00Z')).toEqual([
      '2026-02-13T00:00',
      '2026-02-20T00:00',
      '2026-02-27T00:00',
    ])
  })

  test('what only Scheduler’s own form can say', () => {
    expect(fires('cron(0 8 ? * 6L *)', '2026-03-06T12:00:00Z', { count: 2 })).toEqual([
      '2026-03-27T08:00',
      '2026-04-24T08:00',
    ])
    expect(fires('cron(0 8 ? * 2#1 *)', '2026-03-06T12:00:00Z', { count: 1 })).toEqual(['2026-04-06T08:00'])
    expect(fires('cron(0/20 8 L * ? 2027)', '2026-03-06T12:00:00Z')).toEqual([
      '2027-01-31T08:00',
      '2027-01-31T08:20',
      '2027-01-31T08:40',
    ])
  })

  test('a rate by the clock, a moment once, a date that never comes never', () => {
    expect(fires('rate(1 days)', '2026-03-06T12:00:00Z', { count: 2 })).toEqual([
      '2026-03-07T12:00',
      '2026-03-08T12:00',
    ])
    expect(
      fires('at(2026-11-25T08:00:00)', '2026-03-06T12:00:00Z', { timezone: 'America/New_York' }),
    ).toEqual(['2026-11-25T13:00'])
    expect(fires('0 0 30 2 *', '2026-03-06T12:00:00Z')).toEqual([])
  })

  const field = (least: number, most: number) =>
    fc.oneof(
      fc.constant('*'),
      fc.integer({ min: least, max: most }).map(String),
      fc.integer({ min: 1, max: most }).map((step) => `*/${step}`),
    )
  const cron = fc
    .tuple(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6))
    .map((all) => all.join(' '))
  const zone = fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'Africa/Casablanca',
  )

  test('M7 always later than before, each wall-clock minute once, and only at minutes that the line names', () => {
    fc.assert(
      fc.property(
        cron,
        zone,
        fc.date({ min: new Date('2026-01-01'), max: new Date('2027-01-01'), noInvalidDate: true }),
        (line, timezone, from) => {
          const found = fires(line, from.toISOString(), { timezone, count: 20 })
          const walls = found.map((at) =>
            new Date(`${at}:00Z`).toLocaleString('sv-SE', { timeZone: timezone }),
          )
          const minutes = line.split(' ')[0]!
          expect(found).toEqual([...found].sort())
          expect(new Set(walls).size).toBe(walls.length)
          if (/^\d+$/.test(minutes))
            for (const wall of walls) expect(Number(wall.slice(14, 16))).toBe(Number(minutes))
        },
      ),
      { numRuns: 150 },
    )
  })
})
