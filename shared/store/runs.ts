import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { indexKeys, keys, openShards, shardOf } from './table.ts'
import { itemFound, transact, type Write } from './transact.ts'

/** What is stored; `waiting` is derived (conventions.md §8). */
export type RunStatus = 'queued' | 'running' | 'completed' | 'failed' | 'cancelled' | 'timed_out'

/** A run's row. Values that users made lie in it as JSON text. */
export interface RunRow {
  id: string
  orgId: string
  flowId: string
  version: number | null
  /** The draft's revision, for a run of the draft. */
  draftRevision?: number
  label?: string
  status: RunStatus
  /** Rises with every change that a reader can see. */
  rev: number
  /** `rev` at which the newest wait was opened. */
  waitRev?: number
  engine: 'express' | 'standard'
  machineArn: string
  machineHash: string
  /** What started it, e.g. `api`; the data is in `triggerData`. */
  trigger: string
  triggerData?: string
  /** Inputs as JSON text, sealed values sealed; absent if they are large and lie in an item of their own. */
  inputs?: string
  /** The starter as expressions see it, as JSON text. */
  user: string
  createdAt: string
  createdBy: string
  /** Account behind `createdBy`: the maker of a key. */
  accountId?: string
  startedAt?: string
  updatedAt: string
  finishedAt?: string
  /** When the first work step had finished, or the first wait was opened. */
  progressAt?: string
  /** Who ended it, or ran it again, if somebody did: as `createdBy`. */
  modifiedBy?: string
  /** Step keys of the waits that stand open or are being answered. */
  openWaits?: Set<string>
  output?: string
  /** The run's error (`RunError` of core/run-view.ts) as JSON text. */
  error?: string
  /** Moments at which native steps were entered, and their small values: JSON text, written at the end. */
  trace?: string
  seen?: string
  lastStepId?: string
  parentRunId?: string
  parentStepKey?: string
  /** The run that this one runs again, from which step (`start`: everything), and the steps whose outputs are taken from it. */
  rerunOf?: string
  rerunFrom?: string
  reuse?: string[]
  /** The runs that run this one again. */
  reruns?: Set<string>
  /** The run whose place this one took (`executions.ts`); and on that one, the run that has its place now. */
  headId?: string
  currentRunId?: string
  /** What lists show besides, as JSON text: `{deleted: true}` once its execution was deleted. */
  summary?: string
  /** For which moment a schedule started it. */
  scheduledAt?: string
  depth: number
  /** Account whose secrets the steps see before the organisation's. */
  secretsOwner?: string
  /** W3C trace context that the run was started in. */
  traceparent?: string
  /** How long the record is kept after the end. */
  retentionSeconds: number
  /** First step: `{stepId, as}` as JSON text, for the log's first entry. */
  entry: string
  /** Seconds since 1970 at which the record may be removed. */
  ttl?: number
  gsi2sk?: string
  /** Flow and digest of the concurrency key, of a run that needs a place (`slots.ts`). */
  slotKey?: string
  /** The run waits for a place, at the longest until then. */
  heldUntil?: string
}

/** Inputs up to this many bytes lie in the run's own row, which saves an item. */
const smallInputs = 8192

/**
 * Writes a new run, at once with other items if there are any.
 *
 * @param token names the write: another try with other items needs another one.
 * @returns what was in the way: the run itself (same id), or the first of the other items that failed its condition.
 */
export async function createRun(
  world: World,
  row: RunRow & { inputs: string },
  checkAt: number,
  others: Write[] = [],
  token = row.id,
): Promise<'created' | 'exists' | 'refused'> {
  const { inputs, ...rest } = row
  const key = keys.run(row.orgId, row.id)
  const small = Buffer.byteLength(inputs) <= smallInputs
  const meta = { ...key, ...rest, ...(small ? { inputs } : {}), ...indexed(row), ...openIndex(row, checkAt) }
  const once = 'attribute_not_exists(pk)'
  if (small && others.length === 0) return await putAlone(world, meta, once)
  const writes: Write[] = [{ Put: { TableName: '', Item: meta, ConditionExpression: once } }]
  if (!small) writes.push({ Put: { TableName: '', Item: { ...keys.runInput(row.orgId, row.id), inputs } } })
  const written = await transact(world, [...writes, ...others], token)
  if (written.ok) return 'created'
  return written.found[0] ? 'exists' : 'refused'
}

async function putAlone(world: World, Item: object, ConditionExpression: string) {
  try {
    await world.db.send(new PutCommand({ TableName: world.settings.table, Item, ConditionExpression }))
    return 'created' as const
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return 'exists' as const
    throw error
  }
}

function indexed({ orgId, flowId, id, createdAt }: RunRow) {
  const day = createdAt.slice(0, 10).replaceAll('-', '')
  const sort = `${createdAt}#${id}`
  const shard = shardOf(id)
  return {
    gsi1pk: indexKeys.runs(orgId, day, shard),
    gsi1sk: sort,
    gsi3pk: indexKeys.flowRuns(orgId, flowId, day, shard),
    gsi3sk: sort,
  }
}

function openIndex({ orgId, id }: Pick<RunRow, 'orgId' | 'id'>, checkAt: number) {
  return { gsi2pk: indexKeys.open(shardOf(id, openShards)), gsi2sk: checkKey(orgId, id, checkAt) }
}

/** When an open thing is to be looked at, as the index sorts it. */
export function checkKey(orgId: string, id: string, checkAt: number): string {
  return `${new Date(checkAt).toISOString()}#${orgId}#${id}`
}

/** The run as it stands, strongly consistent. */
export async function getRun({ db, settings }: World, org: string, run: string): Promise<RunRow | null> {
  const { Item } = await db.send(
    new GetCommand({ TableName: settings.table, Key: keys.run(org, run), ConsistentRead: true }),
  )
  return (Item as RunRow | undefined) ?? null
}

/** The run's inputs as JSON text, wherever they lie. */
export async function getInputs({ db, settings }: World, row: RunRow): Promise<string> {
  if (row.inputs !== undefined) return row.inputs
  const { Item } = await db.send(
    new GetCommand({
      TableName: settings.table,
      Key: keys.runInput(row.orgId, row.id),
      ConsistentRead: true,
    }),
  )
  return (Item?.inputs as string | undefined) ?? '{}'
}

/** A change of a run's row. */
export interface RunChange {
  set: Record<string, unknown>
  /** Attributes that are set only if the row has none yet. */
  setOnce?: Record<string, unknown>
  remove?: string[]
  /** Statuses in which the change is made; absent = any. */
  from?: RunStatus[]
  /** Attributes that must not exist yet. */
  unless?: string | string[]
  /** Attribute that must be there. */
  present?: string
  /** Attributes that must be as they were seen. */
  seen?: Record<string, unknown>
  /** The run ends now (seconds since 1970): its record is kept from here on as long as the flow said. */
  endsAt?: number
}

/** Statuses of a run that has not ended. */
export const openStatuses: RunStatus[] = ['queued', 'running']

/** True if the run has ended. */
export function hasEnded({ status }: Pick<RunRow, 'status'>): boolean {
  return !openStatuses.includes(status)
}

/**
 * Changes the row under its condition and raises `rev`.
 *
 * @returns the row after the change, or, with `changed: false`, as it stood; null if there is none.
 */
export async function changeRun(
  world: World,
  orgId: string,
  runId: string,
  change: RunChange,
): Promise<{ changed: boolean; row: RunRow | null }> {
  try {
    const { Attributes } = await world.db.send(
      new UpdateCommand({
        TableName: world.settings.table,
        ...runUpdate(orgId, runId, change),
        ReturnValues: 'ALL_NEW',
      }),
    )
    return { changed: true, row: Attributes as RunRow }
  } catch (error) {
    const found = itemFound(error)
    if (!found) throw error
    return { changed: false, row: (found.item as RunRow | undefined) ?? null }
  }
}

/** The update that `changeRun` makes, for use in a transaction. */
export function runUpdate(orgId: string, runId: string, { set, setOnce = {}, ...change }: RunChange) {
  const names: Record<string, string> = { '#rev': 'rev' }
  const values: Record<string, unknown> = { ':one': 1 }
  const name = (attribute: string) => {
    names[`#${attribute}`] = attribute
    return `#${attribute}`
  }
  const value = (attribute: string, given: unknown) => {
    values[`:${attribute}`] = given
    return `:${attribute}`
  }
  const sets = [
    '#rev = #rev + :one',
    ...Object.entries(set).map(([key, given]) => `${name(key)} = ${value(key, given)}`),
    ...Object.entries(setOnce).map(
      ([key, given]) => `${name(key)} = if_not_exists(${name(key)}, ${value(key, given)})`,
    ),
  ]
  if (change.endsAt !== undefined)
    sets.push(`${name('ttl')} = ${name('retentionSeconds')} + ${value('endsAt', change.endsAt)}`)
  const remove = (change.remove ?? []).map(name)
  const conditions = ['attribute_exists(pk)']
  if (change.from) {
    const list = change.from.map((status, at) => value(`from${at}`, status))
    conditions.push(`${name('status')} IN (${list.join(', ')})`)
  }
  for (const attribute of [change.unless ?? []].flat())
    conditions.push(`attribute_not_exists(${name(attribute)})`)
  if (change.present) conditions.push(`attribute_exists(${name(change.present)})`)
  for (const [attribute, given] of Object.entries(change.seen ?? {}))
    conditions.push(`${name(attribute)} = ${value(`seen_${attribute}`, given)}`)
  return {
    Key: keys.run(orgId, runId),
    UpdateExpression: `SET ${sets.join(', ')}${remove.length > 0 ? ` REMOVE ${remove.join(', ')}` : ''}`,
    ConditionExpression: conditions.join(' AND '),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  }
}

/** Moves the moment at which the sweep looks at the run. */
export async function moveCheck(world: World, row: RunRow, checkAt: number): Promise<void> {
  await setCheck(world, row, 'SET gsi2sk = :next', { ':next': checkKey(row.orgId, row.id, checkAt) })
}

/** Takes the run out of what the sweep looks at. */
export async function endChecks(world: World, row: RunRow): Promise<void> {
  await setCheck(world, row, 'REMOVE gsi2pk, gsi2sk', {})
}

/** Only if nobody else has moved it since it was read. */
async function setCheck(
  { db, settings }: World,
  row: RunRow,
  UpdateExpression: string,
  values: Record<string, unknown>,
): Promise<void> {
  try {
    await db.send(
      new UpdateCommand({
        TableName: settings.table,
        Key: keys.run(row.orgId, row.id),
        UpdateExpression,
        ConditionExpression: 'gsi2sk = :seen',
        ExpressionAttributeValues: { ...values, ':seen': row.gsi2sk ?? '' },
      }),
    )
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error
  }
}
