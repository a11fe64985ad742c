import { GetCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { indexKeys, keys } from './table.ts'
import type { Write } from './transact.ts'

/** A tenant: everything it has lies under its id. */
export interface OrganisationRow {
  id: string
  name: string
  slug: string
  createdAt: string
  /** Addresses to which people may be sent back, each as the exact text; absent = none. */
  returnUrls?: string[]
}

/** Puts a new organisation and the lock on its slug. */
export function putOrganisation(row: OrganisationRow): Write[] {
  const once = 'attribute_not_exists(pk)'
  return [
    {
      Put: {
        TableName: '',
        Item: { ...keys.organisation(row.id), ...row, gsi1pk: indexKeys.organisations(), gsi1sk: row.name },
        ConditionExpression: once,
      },
    },
    { Put: { TableName: '', Item: { ...keys.slugLock(row.slug), org: row.id }, ConditionExpression: once } },
  ]
}

/** The organisation, strongly consistent. */
export async function getOrganisation({ db, settings }: World, org: string): Promise<OrganisationRow | null> {
  const { Item } = await db.send(
    new GetCommand({ TableName: settings.table, Key: keys.organisation(org), ConsistentRead: true }),
  )
  return (Item as OrganisationRow | undefined) ?? null
}
