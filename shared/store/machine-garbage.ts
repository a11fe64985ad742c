import { DeleteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { ifStill } from './if-still.ts'
import { garbageIndex, type MachineRow, type Owner } from './machines.ts'
import { readItems } from './pages.ts'
import { indexKeys, keys, listShards } from './table.ts'

/** Machines that stand in the list of garbage and are due to be looked at, oldest first in each shard. */
export async function* dueGarbage(world: World, now: number): AsyncGenerator<{ owner: Owner; name: string }> {
  for (let shard = 0; shard < listShards; shard++) {
    const due = readItems<{ gsi2sk: string }>(world, {
      IndexName: 'gsi2',
      KeyConditionExpression: 'gsi2pk = :list AND gsi2sk < :now',
      ExpressionAttributeValues: {
        ':list': indexKeys.garbage(shard),
        ':now': new Date(now + 1).toISOString(),
      },
    })
    for await (const { gsi2sk } of due) {
      const [, orgId = '', flowId = '', name = ''] = gsi2sk.split('#')
      yield { owner: { orgId, flowId }, name }
    }
  }
}

/** What the sweep found out about a machine. */
export interface Finding {
  state: MachineRow['state']
  /** When it is looked at next; null = never again, a version needs it. */
  checkAt: number | null
  /** When it was found without runs. */
  emptyAt?: number
}

/** Notes a finding, unless somebody else has changed the row since it was read. */
export async function noteFinding(
  { db, settings }: World,
  owner: Owner,
  seen: MachineRow,
  { state, checkAt, emptyAt }: Finding,
): Promise<boolean> {
  const index = checkAt === null ? null : garbageIndex(owner, seen.name, checkAt)
  const set = { '#state': state, ...(index ?? {}), ...(emptyAt === undefined ? {} : { emptyAt }) }
  const remove = [...(index ? [] : ['gsi2pk', 'gsi2sk']), ...(emptyAt === undefined ? ['emptyAt'] : [])]
  const sets = Object.keys(set).map((name) => `${name} = :${name.replace('#', '')}`)
  return await ifStill(
    db.send(
      new UpdateCommand({
        TableName: settings.table,
        Key: keys.machine(owner.orgId, owner.flowId, seen.name),
        UpdateExpression: `SET ${sets.join(', ')}${remove.length ? ` REMOVE ${remove.join(', ')}` : ''}`,
        ConditionExpression:
          seen.gsi2sk === undefined
            ? '#state = :seen AND attribute_not_exists(gsi2sk)'
            : '#state = :seen AND gsi2sk = :seenAt',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: {
          ...Object.fromEntries(
            Object.entries(set).map(([name, value]) => [`:${name.replace('#', '')}`, value]),
          ),
          ':seen': seen.state,
          ...(seen.gsi2sk === undefined ? {} : { ':seenAt': seen.gsi2sk }),
        },
      }),
    ),
  )
}

/** Forgets a machine that the engine has forgotten. */
export async function dropMachine({ db, settings }: World, owner: Owner, name: string): Promise<void> {
  await ifStill(
    db.send(
      new DeleteCommand({
        TableName: settings.table,
        Key: keys.machine(owner.orgId, owner.flowId, name),
        ConditionExpression: '#state = :deleting',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':deleting': 'DELETING' },
      }),
    ),
  )
}
