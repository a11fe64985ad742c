import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { DynamoDBRecord } from 'aws-lambda'
import type { ConnectionRow } from '../store/connections.ts'
import type { CredentialChange } from './ended-credentials.ts'
import type { RowChange } from './run-events.ts'
import type { NumberedChange } from './tell-events.ts'
import type { FlowChange } from './tell-flow-lines.ts'

/** The changes that concern one run, in order. */
export interface RunChanges {
  orgId: string
  runId: string
  records: DynamoDBRecord[]
}

/** The changes that concern runs and those who watch them, by run. */
export function byRun(records: DynamoDBRecord[]): Map<string, RunChanges> {
  const runs = new Map<string, RunChanges>()
  for (const record of records) {
    const { pk, sk } = keyOf(record)
    const [, orgId, runId] = /^ORG#([^#]+)#RUN#([^#]+)$/.exec(pk) ?? []
    if (!orgId || !runId || !/^(META$|STEP#|WAIT#|WS#)/.test(sk)) continue
    const run = runs.get(pk) ?? { orgId, runId, records: [] }
    run.records.push(record)
    runs.set(pk, run)
  }
  return runs
}

/** Removed by the service at the end of its retention. */
export function isExpiry({ eventName, userIdentity, dynamodb }: DynamoDBRecord): boolean {
  const { principalId } = (userIdentity ?? {}) as { principalId?: string }
  return (
    eventName === 'REMOVE' && principalId === 'dynamodb.amazonaws.com' && dynamodb?.Keys?.sk?.S === 'META'
  )
}

/** A change of the run, of a step or of a wait, numbered as the stream numbers it. */
export function readChange(record: DynamoDBRecord): NumberedChange[] {
  const { sk } = keyOf(record)
  if (!record.dynamodb?.NewImage || sk.startsWith('WS#')) return []
  const of = sk === 'META' ? 'run' : sk.startsWith('STEP#') ? 'step' : 'wait'
  return [{ sequence: sequenceOf(record), change: { of, ...imagesOf(record) } as RowChange }]
}

/** Connections that have come, and those that are to be closed. */
export function readConnections(records: DynamoDBRecord[]): {
  joining: string[]
  closing: Required<ConnectionRow>[]
} {
  const joining: string[] = []
  const closing: Required<ConnectionRow>[] = []
  for (const record of records.filter((one) => keyOf(one).sk.startsWith('WS#'))) {
    const { before, after } = imagesOf(record) as Record<'before' | 'after', ConnectionRow | null>
    if (after === null) continue
    if (before === null) joining.push(after.id)
    else if (after.closing !== undefined && before.closing === undefined)
      closing.push(after as Required<ConnectionRow>)
  }
  return { joining, closing }
}

/** A change of an account, a session or a key; null for everything else. */
export function readCredential(record: DynamoDBRecord): { orgId: string; change: CredentialChange } | null {
  const { pk, sk } = keyOf(record)
  const orgId = /^ORG#([^#]+)$/.exec(pk)?.[1]
  const of = /^(SESS|KEY|USER)#/.exec(sk)?.[1]
  if (orgId === undefined || of === undefined) return null
  return { orgId, change: { of, ...imagesOf(record) } as CredentialChange }
}

const ofFlow: Record<string, FlowChange['of']> = { VER: 'version', SCHED: 'schedule' }

/** A change of a version or a schedule of a flow; null for everything else. */
export function readFlowChange(
  record: DynamoDBRecord,
): { orgId: string; flowId: string; change: FlowChange } | null {
  const { pk, sk } = keyOf(record)
  const [, orgId, flowId] = /^ORG#([^#]+)#FLOW#([^#]+)$/.exec(pk) ?? []
  const of = ofFlow[/^[A-Z]+/.exec(sk)?.[0] ?? '']
  if (!orgId || !flowId || !of || !record.dynamodb?.NewImage) return null
  return { orgId, flowId, change: { of, ...imagesOf(record) } as FlowChange }
}

/** Where the bytes lie of a file whose record is gone, by its time or with its last run; null for everything else. */
export function removedFile(record: DynamoDBRecord): string | null {
  if (record.eventName !== 'REMOVE' || !/^ORG#[^#]+#FILE#[^#]+$/.test(keyOf(record).pk)) return null
  return record.dynamodb?.OldImage?.key?.S ?? null
}

/** The number of a change in the stream. */
export function sequenceOf({ dynamodb }: DynamoDBRecord): string {
  return dynamodb?.SequenceNumber ?? ''
}

function keyOf({ dynamodb }: DynamoDBRecord): { pk: string; sk: string } {
  return { pk: dynamodb?.Keys?.pk?.S ?? '', sk: dynamodb?.Keys?.sk?.S ?? '' }
}

function imagesOf({ dynamodb }: DynamoDBRecord): { before: unknown; after: unknown } {
  return { before: readImage(dynamodb?.OldImage), after: readImage(dynamodb?.NewImage) }
}

function readImage(image: unknown): unknown {
  return image === undefined ? null : unmarshall(image as Record<string, AttributeValue>)
}
