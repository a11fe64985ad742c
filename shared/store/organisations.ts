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
  /** Addresses that a person may be sent back to, exactly as registered; absent = none. */
  returnUrls?: string[]
  /** Counts changes; absent = 1, nothing has been changed yet. */
  revision?: number
  updatedAt?: string
  updatedBy?: string
}

/** What may be changed of an organisation. */
export type OrganisationChange = Partial<Pick<OrganisationRow, 'name' | 'slug' | 'returnUrls'>>

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

/**
 * Changes an organisation under the revision that was seen, and moves the lock on its slug.
 *
 * @returns writes of which the first fails if somebody was faster, and the second if the slug is taken.
 */
export function changeOrganisation(
  seen: OrganisationRow,
  change: OrganisationChange,
  by: { at: string; actor: string },
): Write[] {
  const revision = seen.revision ?? 1
  const set = Object.entries({
    ...change,
    ...(change.name === undefined ? {} : { gsi1sk: change.name }),
    ...{ revision: revision + 1, updatedAt: by.at, updatedBy: by.actor },
  })
  const update: Write = {
    Update: {
      TableName: '',
      Key: keys.organisation(seen.id),
      UpdateExpression: `SET ${set.map((_, at) => `#n${at} = :v${at}`).join(', ')}`,
      ConditionExpression:
        seen.revision === undefined
          ? 'attribute_exists(pk) AND attribute_not_exists(revision)'
          : 'revision = :seen',
      ExpressionAttributeNames: Object.fromEntries(set.map(([name], at) => [`#n${at}`, name])),
      ExpressionAttributeValues: {
        ...Object.fromEntries(set.map(([, value], at) => [`:v${at}`, value])),
        ...(seen.revision === undefined ? {} : { ':seen': revision }),
      },
    },
  }
  const { slug } = change
  if (slug === undefined || slug === seen.slug) return [update]
  return [
    update,
    {
      Put: {
        TableName: '',
        Item: { ...keys.slugLock(slug), org: seen.id },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    },
    { Delete: { TableName: '', Key: keys.slugLock(seen.slug) } },
  ]
}

/** The organisation, strongly consistent. */
export async function getOrganisation({ db, settings }: World, org: string): Promise<OrganisationRow | null> {
  const { Item } = await db.send(
    new GetCommand({ TableName: settings.table, Key: keys.organisation(org), ConsistentRead: true }),
  )
  return (Item as OrganisationRow | undefined) ?? null
}
