import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { DynamoDBRecord } from 'aws-lambda'
import type { RunEvent } from '../../store/events.ts'
import type { ScheduleRow } from '../../store/schedules.ts'
import type { VersionRow } from '../../store/versions.ts'
import type { Json, JsonObject } from '../../world.ts'
import { uuidOf } from '../step-key.ts'
import { eventTypes } from './event-types.ts'

/** Something that endpoints may be told of. */
export interface Happening {
  /** The same however often the change of the table comes. */
  eventId: string
  orgId: string
  type: string
  at: string
  /** The run whose row tells the rest. */
  runId?: string
  flowId?: string
  data: JsonObject
}

const known: ReadonlySet<string> = new Set(eventTypes)

/** The organisation whose endpoints a change may be told to; null for a change that tells nothing. */
export function organisationOf({ dynamodb }: DynamoDBRecord): string | null {
  const [, orgId, kind] = /^ORG#([^#]+)#(RUN|FLOW)#[^#]+$/.exec(dynamodb?.Keys?.pk?.S ?? '') ?? []
  const telling = kind === 'RUN' ? /^EVT#\d/ : /^(VER|SCHED)#/
  if (!orgId || !dynamodb?.NewImage || !telling.test(dynamodb.Keys?.sk?.S ?? '')) return null
  return orgId
}

/** What a change of the table tells endpoints: a run's numbered events, a version, a firing that was missed. */
export function happeningsIn({ dynamodb }: DynamoDBRecord): Happening[] {
  const [, orgId, kind, id] = /^ORG#([^#]+)#(RUN|FLOW)#([^#]+)$/.exec(dynamodb?.Keys?.pk?.S ?? '') ?? []
  const sk = dynamodb?.Keys?.sk?.S ?? ''
  if (!orgId || !id || !dynamodb?.NewImage) return []
  if (kind === 'RUN' && /^EVT#\d/.test(sk)) return runEvents(orgId, id, imageOf(dynamodb.NewImage))
  if (kind === 'RUN') return []
  const { OldImage: before, NewImage: after } = dynamodb
  if (sk.startsWith('VER#')) return versionEvents(orgId, imageOf(before), imageOf(after))
  return sk.startsWith('SCHED#') ? scheduleEvents(orgId, imageOf(before), imageOf(after)) : []
}

function imageOf<T>(image: unknown): T {
  return (image === undefined ? null : unmarshall(image as Record<string, AttributeValue>)) as T
}

function runEvents(orgId: string, runId: string, { events }: { events: string }): Happening[] {
  return (JSON.parse(events) as RunEvent[]).flatMap(({ seq, type, at, stepId, data }) =>
    known.has(type)
      ? [
          {
            eventId: uuidOf(`event ${runId} ${seq}`),
            orgId,
            type,
            at,
            runId,
            data: { ...waitOf(data, stepId) },
          },
        ]
      : [],
  )
}

/** Which wait it is about: never what was asked or answered. */
function waitOf(data: Json, stepId: string | undefined): JsonObject {
  const { waitId, kind } = data as JsonObject
  return {
    ...(waitId === undefined ? {} : { waitId }),
    ...(stepId === undefined ? {} : { stepId }),
    ...(kind === undefined ? {} : { kind }),
  }
}

function versionEvents(orgId: string, before: VersionRow | null, after: VersionRow): Happening[] {
  if (after.status !== 'published' || before?.status === 'published') return []
  const { flowId, version, publishedAt: at, sourceVersion } = after
  const type = before === null && sourceVersion !== null ? 'flow.rolled_back' : 'flow.published'
  const eventId = uuidOf(`event ${flowId} version ${version} ${at}`)
  return [{ eventId, orgId, type, at, flowId, data: { flowId, version, status: 'published' } }]
}

function scheduleEvents(orgId: string, before: ScheduleRow | null, after: ScheduleRow): Happening[] {
  const { id, flowId, name, lastResult } = after
  if (lastResult?.outcome !== 'missed' || before?.lastResult?.scheduledAt === lastResult.scheduledAt)
    return []
  const { scheduledAt } = lastResult
  const eventId = uuidOf(`event ${id} missed ${scheduledAt}`)
  const data = { flowId, schedule: name, scheduledAt, status: 'missed' }
  return [{ eventId, orgId, type: 'schedule.missed', at: scheduledAt, flowId, data }]
}
