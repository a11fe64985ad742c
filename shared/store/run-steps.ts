import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { LogLevel, World } from '../world.ts'
import { itemsUnder, listUnder } from './pages.ts'
import { keys } from './table.ts'
import { itemFound } from './transact.ts'

/** One entry of a run's log, as it lies in the step that wrote it. */
export interface LogLine {
  at: string
  level: LogLevel
  message: string
  /** JSON text of an object, at most 8 KB. */
  data?: string
}

/** What one answer of a model took and gave. */
export interface TokenCount {
  model: string
  inputTokens: number
  outputTokens: number
}

/** A visit of a working step. Values that users made lie in it as JSON text. */
export interface StepRow {
  orgId: string
  runId: string
  /** Absent in rows of release 0.1. */
  flowId?: string
  stepKey: string
  stepId: string
  name: string
  type: string
  as: string
  iter: string | null
  status: 'running' | 'completed' | 'failed' | 'cancelled'
  startedAt: string
  finishedAt?: string
  /** 1 for the first try. */
  attempt: number
  input: string
  output?: string
  /** `{code, message}` as JSON text. */
  error?: string
  lines?: LogLine[]
  /** What models took and gave, in all tries. */
  tokens?: TokenCount[]
  /** The run that a `flow` step started. */
  childId?: string
  /** The output lies in the bucket (`large-values.ts`), and what stands for it in `output`. */
  large?: { bytes: number; sha256: string }
  /** Its output is that of the run which is run again. */
  reused?: true
  /** Which way such a step left. */
  outcome?: string
}

/**
 * Writes that a step is being worked on.
 *
 * @returns the row as it was, if the step was begun before: completed, its output stands; otherwise it is tried again.
 */
export async function beginStep({ db, settings }: World, row: StepRow): Promise<StepRow | null> {
  try {
    await db.send(
      new PutCommand({
        TableName: settings.table,
        Item: { ...keys.step(row.orgId, row.runId, row.stepKey), ...row },
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    )
    return null
  } catch (error) {
    const found = itemFound(error)
    if (!found) throw error
    return found.item as unknown as StepRow
  }
}

/** How a try ended. */
export interface StepEnd {
  status: 'completed' | 'failed' | 'cancelled'
  at: string
  attempt: number
  output?: string
  large?: StepRow['large']
  error?: string
  lines: LogLine[]
  tokens?: TokenCount[]
  /** The run that the step was to start does not exist. */
  isChildless?: true
}

/**
 * Writes how a try ended, unless the step is completed already.
 *
 * @returns the row as it stands now.
 */
export async function endStep(
  { db, settings }: World,
  row: Pick<StepRow, 'orgId' | 'runId' | 'stepKey'>,
  end: StepEnd,
): Promise<StepRow | null> {
  const { status, at, attempt, output, large, error, lines, tokens = [], isChildless } = end
  const sets = ['#status = :status', 'finishedAt = :at', 'attempt = :attempt']
  if (output !== undefined) sets.push('#output = :output')
  if (large !== undefined) sets.push('#large = :large')
  if (error !== undefined) sets.push('#error = :error')
  if (lines.length > 0) sets.push('#lines = list_append(if_not_exists(#lines, :none), :lines)')
  if (tokens.length > 0) sets.push('tokens = list_append(if_not_exists(tokens, :none), :tokens)')
  const removes = [...(status === 'completed' ? ['#error'] : []), ...(isChildless ? ['childId'] : [])]
  try {
    const { Attributes } = await db.send(
      new UpdateCommand({
        TableName: settings.table,
        Key: keys.step(row.orgId, row.runId, row.stepKey),
        UpdateExpression: `SET ${sets.join(', ')}${removes.length > 0 ? ` REMOVE ${removes.join(', ')}` : ''}`,
        ConditionExpression: 'attribute_exists(pk) AND #status <> :completed',
        ExpressionAttributeNames: {
          '#status': 'status',
          ...(output === undefined ? {} : { '#output': 'output' }),
          ...(large === undefined ? {} : { '#large': 'large' }),
          ...(error === undefined && status !== 'completed' ? {} : { '#error': 'error' }),
          ...(lines.length === 0 ? {} : { '#lines': 'lines' }),
        },
        ExpressionAttributeValues: {
          ':status': status,
          ':completed': 'completed',
          ':at': at,
          ':attempt': attempt,
          ...(output === undefined ? {} : { ':output': output }),
          ...(large === undefined ? {} : { ':large': large }),
          ...(error === undefined ? {} : { ':error': error }),
          ...(lines.length === 0 ? {} : { ':lines': lines }),
          ...(tokens.length === 0 ? {} : { ':tokens': tokens }),
          ...(lines.length + tokens.length === 0 ? {} : { ':none': [] }),
        },
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    )
    return Attributes as StepRow
  } catch (caught) {
    const found = itemFound(caught)
    if (!found) throw caught
    return (found.item as StepRow | undefined) ?? null
  }
}

/** One visit, strongly consistent. */
export async function getStep(
  { db, settings }: World,
  org: string,
  run: string,
  stepKey: string,
): Promise<StepRow | null> {
  const { Item } = await db.send(
    new GetCommand({ TableName: settings.table, Key: keys.step(org, run, stepKey), ConsistentRead: true }),
  )
  return (Item as StepRow | undefined) ?? null
}

/** The working steps of a run in order of start; strongly consistent. */
export async function listStepRows(world: World, org: string, run: string): Promise<StepRow[]> {
  return await listUnder<StepRow>(world, keys.run(org, run).pk, 'STEP#')
}

/** The latest visits of working steps, newest first. */
export async function latestStepRows(
  world: World,
  org: string,
  run: string,
  atMost: number,
): Promise<StepRow[]> {
  const rows: StepRow[] = []
  const newest = itemsUnder<StepRow>(world, keys.run(org, run).pk, 'STEP#', {
    ScanIndexForward: false,
    Limit: atMost,
  })
  for await (const row of newest) if (rows.push(row) === atMost) break
  return rows
}

/** What the log needs of each working step, without inputs and outputs. */
export async function listStepLines(
  world: World,
  org: string,
  run: string,
): Promise<Pick<StepRow, 'stepKey' | 'stepId' | 'as' | 'iter' | 'status' | 'lines'>[]> {
  return await listUnder(world, keys.run(org, run).pk, 'STEP#', {
    ProjectionExpression: 'stepKey, stepId, #as, iter, #status, #lines',
    ExpressionAttributeNames: { '#as': 'as', '#status': 'status', '#lines': 'lines' },
  })
}
