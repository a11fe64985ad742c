import type { World } from '../world.ts'
import { type FileRow, getFile } from './files.ts'
import { keys } from './table.ts'
import { transact, type Write } from './transact.ts'

/** A run and a file that it uses. */
export interface FileUse {
  orgId: string
  runId: string
  fileId: string
}

const tries = 5

/** Binds a file to a run, in the transaction that begins it: from then on the file goes with its runs. */
export function useFile(file: FileRow, runId: string, now: string): Write[] {
  return [{ Put: use(file, runId) }, { Update: counted(file, now) }]
}

/** Binds a file to a run that has begun, once however often it is asked. @returns false if the file is gone meanwhile. */
export async function bindFile(world: World, file: FileRow, runId: string, now: string): Promise<boolean> {
  const once = { ...use(file, runId), ConditionExpression: 'attribute_not_exists(pk)' }
  const written = await transact(world, [{ Put: once }, { Update: counted(file, now) }])
  // The use was there already: its file is counted.
  return written.ok || written.found[0] !== undefined
}

function use({ orgId, id }: FileRow, runId: string) {
  return { TableName: '', Item: { ...keys.runFile(orgId, runId, id), orgId, runId, fileId: id } }
}

function counted({ orgId, id, size }: FileRow, now: string) {
  return {
    TableName: '',
    Key: keys.file(orgId, id),
    UpdateExpression: 'SET #status = :ready, #size = :size ADD #runs :one REMOVE #ttl',
    ConditionExpression: 'attribute_exists(pk) AND (#runs > :none OR expiresAt > :now)',
    ExpressionAttributeNames: { '#status': 'status', '#size': 'size', '#runs': 'runs', '#ttl': 'ttl' },
    ExpressionAttributeValues: { ':ready': 'ready', ':size': size, ':one': 1, ':none': 0, ':now': now },
  }
}

/** Ends a run's use of a file, once however often it is told; with the last use the file goes. */
export async function releaseFile(world: World, use: FileUse): Promise<void> {
  for (let attempt = 1; attempt <= tries; attempt++) {
    const file = await getFile(world, use.orgId, use.fileId)
    const { ok, found } = await release(world, use, file)
    // The use itself was not there: it had been ended before.
    if (ok || found[0] !== undefined) return
  }
  throw new Error('The uses of a file change too quickly')
}

async function release(world: World, use: FileUse, file: FileRow | null) {
  const { orgId, runId, fileId } = use
  const end: Write = {
    Delete: {
      TableName: '',
      Key: keys.runFile(orgId, runId, fileId),
      ConditionExpression: 'attribute_exists(pk)',
    },
  }
  const written = await transact(world, [end, ...(file === null ? [] : [fewer(file)])])
  return { ok: written.ok, found: written.ok ? [] : written.found }
}

/** One run less uses it, by what was read: who changed it meanwhile is in the way. */
function fewer({ orgId, id, runs }: FileRow): Write {
  const seen = {
    Key: keys.file(orgId, id),
    ConditionExpression: '#runs = :runs',
    ExpressionAttributeNames: { '#runs': 'runs' },
  }
  if (runs <= 1) return { Delete: { TableName: '', ...seen, ExpressionAttributeValues: { ':runs': runs } } }
  return {
    Update: {
      TableName: '',
      ...seen,
      UpdateExpression: 'ADD #runs :less',
      ExpressionAttributeValues: { ':runs': runs, ':less': -1 },
    },
  }
}
