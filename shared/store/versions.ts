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
  createdAt: string
  createdBy: string
  publishedAt: string
  unpublishedAt: string | null
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

/** One version, strongly consistent. */
export async function getVersion(
  world: World,
  org: string,
  flow: string,
  version: number,
): Promise<VersionRow | null> {
  const [item] = await getItems(world, [keys.version(org, flow, version)])
  return (item as VersionRow | undefined) ?? null
}

/** A flow and one of its versions in one read, strongly consistent; null if there is no such flow. */
export async function getFlowWithVersion(
  world: World,
  org: string,
  flow: string,
  version: number,
): Promise<{ flow: FlowRow; version: VersionRow | null } | null> {
  const items = await getItems(world, [keys.flow(org, flow), keys.version(org, flow, version)])
  const row = flowIn(items)
  const found = items.find(({ sk }) => sk !== 'META')
  return row && { flow: row, version: (found as VersionRow | undefined) ?? null }
}

const listed: (keyof ListedVersion)[] = [
  'flowId',
  'version',
  'status',
  'format',
  'dialect',
  'hash',
  'label',
  'name',
  'notes',
  'sourceVersion',
  'compilerVersion',
  'machines',
  'machineTypes',
  'triggers',
  'inputs',
  'outputSchema',
  'problems',
  'createdAt',
  'createdBy',
  'publishedAt',
  'unpublishedAt',
]

/** Versions of a flow, newest first; with `below`, those with a lower number. */
export function readVersions(
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
  return readItems<ListedVersion>(world, listing)
}
