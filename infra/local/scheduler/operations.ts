import { isTimezone, nextFire } from '../../../shared/core/timetable/fires.ts'
import type { Clock } from '../../../shared/world.ts'
import type { Call } from '../endpoint.ts'
import type { ScheduleRow, ScheduleRows } from './schedule-rows.ts'

/** A refusal with the type that the SDK makes its class of. */
export class SchedulerRefusal extends Error {
  readonly type: string
  readonly status: number

  constructor(type: string, status: number, message: string) {
    super(message)
    this.type = type
    this.status = status
  }
}

/** What CreateSchedule and UpdateSchedule are given. */
export interface ScheduleContent {
  ScheduleExpression: string
  ScheduleExpressionTimezone?: string
  State?: 'ENABLED' | 'DISABLED'
  /** Seconds since 1970. */
  StartDate?: number
  EndDate?: number
  ActionAfterCompletion?: 'NONE' | 'DELETE'
  FlexibleTimeWindow: { Mode: string }
  Target: { Arn: string; RoleArn: string; Input?: string }
  Description?: string
}

const accountArn = 'arn:aws:scheduler:us-east-1:000000000000'
const mostListed = 100

/** What the operations work on. */
export interface Scheduler {
  rows: ScheduleRows
  clock: Clock
  /** Told when the next due time may have moved. */
  moved(): void
}

type Body = Record<string, unknown>

/** Routes of the service, exactly those that the product uses; anything else is refused by name. */
export function operate(scheduler: Scheduler, { rest, body }: Call): object {
  const { method = '', path = '', query = {} } = rest ?? {}
  const [, kind, written, ...more] = path.split('/')
  const name = decodeURIComponent(written ?? '')
  const given = (): Body => JSON.parse(body === '' ? '{}' : body) as Body
  if (more.length === 0 && kind === 'schedule-groups' && name !== '') {
    if (method === 'POST') return createGroup(scheduler, name)
    if (method === 'GET') return getGroup(scheduler, name)
  }
  if (more.length === 0 && kind === 'schedules') {
    if (name === '' && method === 'GET') return listSchedules(scheduler, query)
    if (name !== '' && method === 'POST') return createSchedule(scheduler, name, given())
    if (name !== '' && method === 'PUT') return updateSchedule(scheduler, name, given())
    if (name !== '' && method === 'GET') return getSchedule(scheduler, groupOf(query.groupName), name)
    if (name !== '' && method === 'DELETE') return deleteSchedule(scheduler, groupOf(query.groupName), name)
  }
  throw new SchedulerRefusal('UnknownOperationException', 400, `${method} ${path} is not served here`)
}

function createGroup({ rows, clock }: Scheduler, name: string): object {
  checkName(name)
  if (!rows.addGroup(name, clock.now())) throw conflict(`Schedule group ${name} already exists.`)
  return { ScheduleGroupArn: `${accountArn}:schedule-group/${name}` }
}

function getGroup({ rows }: Scheduler, name: string): object {
  needGroup(rows, name)
  return { Arn: `${accountArn}:schedule-group/${name}`, Name: name, State: 'ACTIVE' }
}

function createSchedule(scheduler: Scheduler, name: string, body: Body): object {
  const group = groupOf(body.GroupName)
  checkName(name)
  needGroup(scheduler.rows, group)
  if (scheduler.rows.get(group, name)) throw conflict(`Schedule ${name} already exists.`)
  return write(scheduler, { group, name, created: scheduler.clock.now() }, body)
}

function updateSchedule(scheduler: Scheduler, name: string, body: Body): object {
  const row = need(scheduler.rows, groupOf(body.GroupName), name)
  return write(scheduler, row, body)
}

function write(
  scheduler: Scheduler,
  { group, name, created }: Pick<ScheduleRow, 'group' | 'name' | 'created'>,
  body: Body,
): object {
  const { GroupName: _, ClientToken: __, ...content } = body
  const changed = scheduler.clock.now()
  check(content as unknown as ScheduleContent)
  const row = { group, name, created, changed, content: JSON.stringify(content), next: null }
  scheduler.rows.put({ ...row, next: fireAfter(row, changed) })
  scheduler.moved()
  return { ScheduleArn: arnOf(group, name) }
}

function check({
  ScheduleExpression,
  ScheduleExpressionTimezone = 'UTC',
  ...content
}: ScheduleContent): void {
  if (!isTimezone(ScheduleExpressionTimezone))
    throw invalid(`Provided timezone ${ScheduleExpressionTimezone} is not valid.`)
  if (!/^(cron\((\S+ ){5}\S+\)|rate\(\d+ (minute|hour|day)s?\)|at\(.+\))$/.test(String(ScheduleExpression)))
    throw invalid('Invalid Schedule Expression.')
  if (content.FlexibleTimeWindow?.Mode !== 'OFF') throw invalid('Only FlexibleTimeWindow OFF is served here.')
  if (!content.Target?.Arn || !content.Target.RoleArn) throw invalid('A target needs Arn and RoleArn.')
}

/** When a schedule fires after a moment, within its dates; null = never. */
export function fireAfter(row: Pick<ScheduleRow, 'content' | 'changed'>, after: number): number | null {
  const content = JSON.parse(row.content) as ScheduleContent
  if (content.State === 'DISABLED') return null
  const start = content.StartDate === undefined ? 0 : content.StartDate * 1000
  const next = nextFire(
    {
      expression: content.ScheduleExpression,
      timezone: content.ScheduleExpressionTimezone ?? 'UTC',
      sinceMs: row.changed,
    },
    Math.max(after, start - 1),
  )
  const end = content.EndDate === undefined ? Number.POSITIVE_INFINITY : content.EndDate * 1000
  return next !== null && next < end ? next : null
}

function getSchedule({ rows }: Scheduler, group: string, name: string): object {
  const row = need(rows, group, name)
  return {
    Arn: arnOf(group, name),
    GroupName: group,
    Name: name,
    ...(JSON.parse(row.content) as ScheduleContent),
    ...datesOf(row),
  }
}

/** In seconds since 1970, as the service has them on the wire. */
function datesOf({ created, changed }: ScheduleRow): object {
  return { CreationDate: created / 1000, LastModificationDate: changed / 1000 }
}

function deleteSchedule(scheduler: Scheduler, group: string, name: string): object {
  need(scheduler.rows, group, name)
  scheduler.rows.delete(group, name)
  return {}
}

/** Pages of a hundred; the token is the name after which the next one begins. */
function listSchedules({ rows }: Scheduler, query: Record<string, string>): object {
  const group = groupOf(query.ScheduleGroup ?? query.groupName)
  needGroup(rows, group)
  const prefix = query.NamePrefix ?? ''
  const after = query.NextToken ?? ''
  const all = rows.list(group).filter(({ name }) => name.startsWith(prefix) && name > after)
  const page = all.slice(0, mostListed)
  return {
    Schedules: page.map((row) => {
      const { State = 'ENABLED', Target } = JSON.parse(row.content) as ScheduleContent
      const target = { Target: { Arn: Target.Arn } }
      return {
        Arn: arnOf(group, row.name),
        Name: row.name,
        GroupName: group,
        State,
        ...datesOf(row),
        ...target,
      }
    }),
    ...(all.length > page.length ? { NextToken: page.at(-1)?.name } : {}),
  }
}

function groupOf(name: unknown): string {
  return typeof name === 'string' && name !== '' ? name : 'default'
}

function need(rows: ScheduleRows, group: string, name: string): ScheduleRow {
  const row = rows.get(group, name)
  if (row) return row
  throw new SchedulerRefusal('ResourceNotFoundException', 404, `Schedule ${name} does not exist.`)
}

function needGroup(rows: ScheduleRows, name: string): void {
  if (!rows.hasGroup(name))
    throw new SchedulerRefusal('ResourceNotFoundException', 404, `Schedule group ${name} does not exist.`)
}

function checkName(name: string): void {
  if (!/^[0-9A-Za-z_.-]{1,64}$/.test(name)) throw invalid(`Name ${name} is not valid.`)
}

function conflict(message: string): SchedulerRefusal {
  return new SchedulerRefusal('ConflictException', 409, message)
}

function invalid(message: string): SchedulerRefusal {
  return new SchedulerRefusal('ValidationException', 400, message)
}

function arnOf(group: string, name: string): string {
  return `${accountArn}:schedule/${group}/${name}`
}
