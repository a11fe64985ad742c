import { GetCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import type { DraftRow } from './flows.ts'
import { itemsUnder } from './pages.ts'
import { keys } from './table.ts'
import type { Write } from './transact.ts'

/** One published or unpublished state of a flow; never changes but for its status and machines. */
export interface VersionRow {
  version: number
  status: 'published' | 'unpublished'
  text: string
  format: DraftRow['format']
  dialect: DraftRow['dialect']
  /** Hash of the text. */
  hash: string
  label: string
  name: string
  notes: string | null
  sourceVersion: number | null
  /** Warnings at publish, as JSON text. */
  problems: string
  createdAt: string
  createdBy: string
}

/** Puts a version that was not there. */
export function putVersion(org: string, flow: string, row: VersionRow): Write {
  return {
    Put: {
      TableName: '',
      Item: { ...keys.version(org, flow, row.version), ...row },
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  }
}

/** One version, strongly consistent. */
export async function getVersion(
  { db, settings }: World,
  org: string,
  flow: string,
  version: number,
): Promise<VersionRow | null> {
  const { Item } = await db.send(
    new GetCommand({
      TableName: settings.table,
      Key: keys.version(org, flow, version),
      ConsistentRead: true,
    }),
  )
  return (Item as VersionRow | undefined) ?? null
}

/** All versions of a flow, newest first. */
export function readVersions(world: World, org: string, flow: string): AsyncGenerator<VersionRow> {
  return itemsUnder<VersionRow>(world, keys.flow(org, flow).pk, 'VER#', { ScanIndexForward: false })
}
