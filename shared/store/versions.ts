import type { World } from '../world.ts'
import { getItems } from './batch-get.ts'
import { type DraftRow, type FlowRow, flowIn } from './flows.ts'
import { type Listing, readItems } from './pages.ts'
import { keys, versionKey } from './table.ts'
import type { Write } from './transact.ts'

/** Where a machine is and what is in it. */
export interface ReadyMachine {
  arn: string
  name: string
  /** All 64 digits. */
  hash: string
}

/** One published or unpublished state of a flow; never changes but for its status and machines. */
export interface VersionRow {
  flowId: string
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
  compilerVersion: string
  /** Machines that this version needs: one from the start, the other from the first start that asks for it. */
  machines: { express?: ReadyMachine; standard?: ReadyMachine }
  machineTypes: ('express' | 'standard')[]
  /** Trigger types. */
  triggers: string[]
  /** Declared inputs, output schema, warnings at publish: as JSON text. */
  inputs: string
  outputSchema: string
  problems: string
  /** What its runs will take (`ForecastView` without paths), as JSON text; absent in versions of release 0.1. */
  forecast?: string
  createdAt: string
  createdBy: string
  publishedAt: string
  unpublishedAt: string | null
  /** Deleted for everybody but the runs that began with it, which need its graph. */
  deletedAt?: string
}

/** A version without its text, as lists read it. */
export type ListedVersion = Omit<VersionRow, 'text'>

/** Puts a version that was not there. */
export function putVersion(org: string, row: VersionRow): Write {
  return {
    Put: {
      TableName: '',
      Item: { ...keys.version(org, row.flowId, row.version), ...row },
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  }
}

/** Changes the state of a version that is in the given one and not deleted. */
export function changeVersion(
  org: string,
  { flowId, version, status }: Pick<VersionRow, 'flowId' | 'version' | 'status'>,
  change: Partial<Pick<VersionRow, 'status' | 'publishedAt' | 'unpublishedAt' | 'deletedAt'>>,
): Write {
  const members = Object.keys(change)
  return {
    Update: {
      TableName: '',
      Key: keys.version(org, flowId, version),
      UpdateExpression: `SET ${members.map((name) => `#${name} = :${name}`).join(', ')}`,
      ConditionExpression: '#status = :seen AND attribute_not_exists(deletedAt)',
      ExpressionAttributeNames: {
        '#status': 'status',
        ...Object.fromEntries(members.map((name) => [`#${name}`, name])),
      },
      ExpressionAttributeValues: {
        ':seen': status,
        ...Object.fromEntries(Object.entries(change).map(([name, value]) => [`:${name}`, value])),
      },
    },
  }
}

/** Notes a machine that was made after publishing. */
export function addMachine(
  org: string,
  flow: string,
  version: number,
  kind: 'express' | 'standard',
  machine: ReadyMachine,
): Write {
  return {
    Update: {
      TableName: '',
      Key: keys.version(org, flow, version),
      UpdateExpression: 'SET machines.#kind = :machine',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeNames: { '#kind': kind },
      ExpressionAttributeValues: { ':machine': machine },
    },
  }
}

/** One version, also a deleted one: strongly consistent. */
export async function getVersion(
  world: World,
  org: string,
  flow: string,
  version: number,
): Promise<VersionRow | null> {
  const [item] = await getItems(world, [keys.version(org, flow, version)])
  return (item as VersionRow | undefined) ?? null
}

/** A flow and one of its versions, unless it was deleted, in one strong read; null if there is no such flow. */
export async function getFlowWithVersion(
  world: World,
  org: string,
  flow: string,
  version: number,
): Promise<{ flow: FlowRow; version: VersionRow | null } | null> {
  const items = await getItems(world, [keys.flow(org, flow), keys.version(org, flow, version)])
  const row = flowIn(items)
  const found = items.find(({ sk }) => sk !== 'META') as VersionRow | undefined
  return row && { flow: row, version: found === undefined || found.deletedAt !== undefined ? null : found }
}

// An object, so that a member which is forgotten here does not compile.
const listed = Object.keys({
  flowId: true,
  version: true,
  status: true,
  format: true,
  dialect: true,
  hash: true,
  label: true,
  name: true,
  notes: true,
  sourceVersion: true,
  compilerVersion: true,
  machines: true,
  machineTypes: true,
  triggers: true,
  inputs: true,
  outputSchema: true,
  problems: true,
  forecast: true,
  createdAt: true,
  createdBy: true,
  publishedAt: true,
  unpublishedAt: true,
  deletedAt: true,
} satisfies Record<keyof ListedVersion, true>)

/** Versions of a flow that are not deleted, newest first; with `below`, those with a lower number. */
export async function* readVersions(
  world: World,
  org: string,
  flow: string,
  below?: number,
): AsyncGenerator<ListedVersion> {
  const listing: Listing = {
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': keys.flow(org, flow).pk,
      ':first': 'VER#',
      ':last': below === undefined ? 'VER#~' : `VER#${versionKey(below - 1)}`,
    },
    ProjectionExpression: listed.map((name) => `#${name}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(listed.map((name) => [`#${name}`, name])),
    ConsistentRead: true,
    ScanIndexForward: false,
  }
  for await (const row of readItems<ListedVersion>(world, listing)) if (row.deletedAt === undefined) yield row
}
