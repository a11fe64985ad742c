import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { readItems } from './pages.ts'
import { digest, indexKeys, keys } from './table.ts'
import type { Write } from './transact.ts'

/** A tenant: everything it has lies under its id. */
export interface OrganisationRow {
  id: string
  name: string
  slug: string
  createdAt: string
  /** Addresses that a person may be sent back to, exactly as registered; absent = none. */
  returnUrls?: string[]
  /** What was set of its limits; absent = the deployment's. */
  limits?: OrganisationLimitSettings
  /** Days that runs are kept after their end, unless their flow says so; absent = 90. */
  retentionDays?: number | null
  /** Whose tokens are taken besides the service's own; absent = nobody's. */
  trustedIssuers?: TrustedIssuer[]
  /** Counts changes; absent = 1, nothing has been changed yet. */
  revision?: number
  updatedAt?: string
  updatedBy?: string
}

/** An OpenID provider whose tokens the organisation takes (conventions.md §1). */
export interface TrustedIssuer {
  /** `iss` of its tokens, to the letter. */
  issuer: string
  jwksUrl: string
  audience: string
  /** Claim that holds a role's name or a list of them; absent = everybody is a viewer. */
  roleClaim?: string | undefined
  /** Roles by the claim's values. */
  roles?: Record<string, 'admin' | 'user' | 'viewer'> | undefined
}

/** Limits that an organisation may set for itself. */
export interface OrganisationLimitSettings {
  principalRequestsPerMinute?: number | null
  organisationRequestsPerMinute?: number | null
  openRuns?: number | null
}

/** What may be changed of an organisation. */
export type OrganisationChange = Partial<
  Pick<OrganisationRow, 'name' | 'slug' | 'returnUrls' | 'limits' | 'retentionDays' | 'trustedIssuers'>
>

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
 * Changes an organisation under the revision that was seen, and moves the locks on its slug and its issuers.
 *
 * @returns writes of which the first fails if somebody was faster, the next if the slug is taken, the others if an issuer
 *   is.
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
  return [update, ...moveSlug(seen, change), ...moveIssuers(seen, change)]
}

function moveSlug(seen: OrganisationRow, { slug }: OrganisationChange): Write[] {
  if (slug === undefined || slug === seen.slug) return []
  return [lock(keys.slugLock(slug), seen.id), { Delete: { TableName: '', Key: keys.slugLock(seen.slug) } }]
}

/** An issuer is one organisation's alone: its tokens name no organisation. */
function moveIssuers(seen: OrganisationRow, { trustedIssuers }: OrganisationChange): Write[] {
  if (trustedIssuers === undefined) return []
  const before = new Set(seen.trustedIssuers?.map(({ issuer }) => issuer))
  const after = new Set(trustedIssuers.map(({ issuer }) => issuer))
  return [
    ...[...after.difference(before)].map((issuer) => lock(keys.issuerLock(digest(issuer)), seen.id)),
    ...[...before.difference(after)].map((issuer) => ({
      Delete: { TableName: '', Key: keys.issuerLock(digest(issuer)) },
    })),
  ]
}

function lock(key: { pk: string; sk: string }, org: string): Write {
  return { Put: { TableName: '', Item: { ...key, org }, ConditionExpression: 'attribute_not_exists(pk)' } }
}

/** The organisation that trusts an issuer, and how; strongly consistent. */
export async function findTrustedIssuer(
  world: World,
  issuer: string,
): Promise<{ orgId: string; issuer: TrustedIssuer } | null> {
  const { Item } = await world.db.send(
    new GetCommand({
      TableName: world.settings.table,
      Key: keys.issuerLock(digest(issuer)),
      ConsistentRead: true,
    }),
  )
  const orgId = Item?.org as string | undefined
  const row = orgId === undefined ? null : await getOrganisation(world, orgId)
  const found = row?.trustedIssuers?.find((one) => one.issuer === issuer)
  return row && found ? { orgId: row.id, issuer: found } : null
}

/** Whether an organisation trusts the issuer with this sha256 now. */
export async function trustsIssuer(world: World, org: string, sha256: string): Promise<boolean> {
  const row = await getOrganisation(world, org)
  return row?.trustedIssuers?.some(({ issuer }) => digest(issuer) === sha256) ?? false
}

/** The organisation, strongly consistent. */
export async function getOrganisation({ db, settings }: World, org: string): Promise<OrganisationRow | null> {
  const { Item } = await db.send(
    new GetCommand({ TableName: settings.table, Key: keys.organisation(org), ConsistentRead: true }),
  )
  return (Item as OrganisationRow | undefined) ?? null
}

/** Every organisation of the deployment by name: for its operator alone. */
export async function listOrganisations(world: World): Promise<OrganisationRow[]> {
  const found: { id: string }[] = []
  const listing = {
    IndexName: 'gsi1',
    KeyConditionExpression: 'gsi1pk = :all',
    ExpressionAttributeValues: { ':all': indexKeys.organisations() },
  }
  for await (const item of readItems<{ id: string }>(world, listing)) found.push(item)
  const rows = await Promise.all(found.map(({ id }) => getOrganisation(world, id)))
  return rows.filter((row) => row !== null)
}

/** The organisation that has a slug. */
export async function findOrganisationBySlug({ db, settings }: World, slug: string): Promise<string | null> {
  const { Item } = await db.send(
    new GetCommand({ TableName: settings.table, Key: keys.slugLock(slug), ConsistentRead: true }),
  )
  return (Item?.org as string | undefined) ?? null
}

/** The organisation that paths without one mean: the first that was made. */
export async function findDefaultOrganisation({ db, settings }: World): Promise<string | null> {
  const { Item } = await db.send(
    new GetCommand({ TableName: settings.table, Key: keys.defaultOrganisation(), ConsistentRead: true }),
  )
  return (Item?.org as string | undefined) ?? null
}

/** Makes an organisation the default one, unless there is one already. */
export async function offerDefaultOrganisation({ db, settings }: World, org: string): Promise<void> {
  try {
    await db.send(
      new PutCommand({
        TableName: settings.table,
        Item: { ...keys.defaultOrganisation(), org },
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    )
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error
  }
}
