import { GetCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { getItems, type Item } from './batch-get.ts'
import { readItems } from './pages.ts'
import { indexKeys, isPossible, keys } from './table.ts'
import type { Write } from './transact.ts'

/** A flow's row: what lists show, and the counters that versions come from. */
export interface FlowRow {
  id: string
  orgId: string
  name: string
  tags: string[]
  /** Rises with every change that a reader of the flow can see. */
  revision: number
  latestVersion: number | null
  /** The number that the next publish gets. */
  nextVersion: number
  versionCount: number
  /** Trigger types of the draft. */
  triggers: string[]
  /** Label of the version that the runner face shows: the latest one's, else the draft's. */
  label: string
  createdAt: string
  updatedAt: string
  /** `FlowSummary` as JSON text. */
  summary: string
  /** Hash of the draft's text, and of the latest version's. */
  draftHash: string
  latestHash: string | null
  deletedAt?: string
}

/** What a list shows besides the index's own members. */
export interface FlowSummary {
  description: string | null
  versionCount: number
  createdBy: string
  /** The account that made it, also by a key: its steps see that account's secrets. Absent in what older releases made. */
  secretsOwner?: string
  updatedBy: string
  autosavedAt: string | null
  changed: boolean
}

/** A flow as the index holds it. */
export type ListedFlow = Omit<FlowRow, 'orgId' | 'nextVersion' | 'versionCount' | 'draftHash' | 'latestHash'>

/** What the author is working on. */
export interface DraftRow {
  text: string
  format: 'json' | 'yaml'
  dialect: 'nodes' | 'steps' | 'flowrunner' | 'builder'
}

/** The flow's row, strongly consistent; null if there is none or it was deleted. */
export async function getFlow(world: World, org: string, flow: string): Promise<FlowRow | null> {
  const Key = keys.flow(org, flow)
  if (!isPossible(Key)) return null
  const { Item: item } = await world.db.send(
    new GetCommand({ TableName: world.settings.table, Key, ConsistentRead: true }),
  )
  return item === undefined ? null : flowIn([item as Item])
}

/** The rows of several flows, strongly consistent; those that are not there are left out. */
export async function getFlows(world: World, org: string, flows: string[]): Promise<FlowRow[]> {
  const wanted = flows.map((flow) => keys.flow(org, flow))
  return (await getItems(world, wanted)).flatMap((item) => flowIn([item]) ?? [])
}

/** The flow's row and its draft, as they stand together. */
export async function getFlowWithDraft(
  world: World,
  org: string,
  flow: string,
): Promise<{ flow: FlowRow; draft: DraftRow } | null> {
  const items = await getItems(world, [keys.flow(org, flow), keys.draft(org, flow)])
  const row = flowIn(items)
  const draft = items.find(({ sk }) => sk === 'DRAFT') as DraftRow | undefined
  return row && draft ? { flow: row, draft } : null
}

/** The flow among items that were read together; null if it was deleted. */
export function flowIn(items: Item[]): FlowRow | null {
  const found = items.find(({ sk }) => sk === 'META') as FlowRow | undefined
  return found === undefined || found.deletedAt !== undefined ? null : found
}

/** Puts a flow that was not there, or replaces one under the revision that was seen. */
export function putFlow(row: FlowRow, seen: number | null): Write {
  const { orgId, id, updatedAt } = row
  return {
    Put: {
      TableName: '',
      Item: { ...row, ...keys.flow(orgId, id), gsi1pk: indexKeys.flows(orgId), gsi1sk: `${updatedAt}#${id}` },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      ...(seen === null
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : {
            ConditionExpression: 'revision = :seen AND attribute_not_exists(deletedAt)',
            ExpressionAttributeValues: { ':seen': seen },
          }),
    },
  }
}

/** Puts the draft; it goes with the flow's row in one transaction. */
export function putDraft(org: string, flow: string, { text, format, dialect }: DraftRow): Write {
  return { Put: { TableName: '', Item: { ...keys.draft(org, flow), text, format, dialect } } }
}

/** Takes a flow out of every list and read; its versions stay for the runs that began with them. */
export function markDeleted(row: FlowRow, at: string): Write {
  return {
    Update: {
      TableName: '',
      Key: keys.flow(row.orgId, row.id),
      UpdateExpression: 'SET deletedAt = :at, revision = revision + :one REMOVE gsi1pk, gsi1sk',
      ConditionExpression: 'revision = :seen AND attribute_not_exists(deletedAt)',
      ExpressionAttributeValues: { ':at': at, ':one': 1, ':seen': row.revision },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  }
}

/** The flows of an organisation by the time of their last change, as the index holds them. */
export function readFlows(
  world: World,
  org: string,
  { newestFirst, after }: { newestFirst: boolean; after?: { updatedAt: string; id: string } },
): AsyncGenerator<ListedFlow> {
  const beyond = after ? ` AND gsi1sk ${newestFirst ? '<' : '>'} :after` : ''
  return readItems<ListedFlow>(world, {
    IndexName: 'gsi1',
    KeyConditionExpression: `gsi1pk = :flows${beyond}`,
    ExpressionAttributeValues: {
      ':flows': indexKeys.flows(org),
      ...(after ? { ':after': `${after.updatedAt}#${after.id}` } : {}),
    },
    ScanIndexForward: !newestFirst,
  })
}
