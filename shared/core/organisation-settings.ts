import { instant } from '../aws/clock.ts'
import { Fault, type Issue } from '../faults.ts'
import {
  changeOrganisation,
  getOrganisation,
  type OrganisationChange,
  type OrganisationRow,
} from '../store/organisations.ts'
import { transact } from '../store/transact.ts'
import type { World } from '../world.ts'
import { audited } from './audit.ts'
import type { Author } from './flow-change.ts'
import type { Guard } from './flow-guard.ts'
import { nameIssues, slugTaken } from './organisation-names.ts'
import { answering } from './refusal.ts'
import { returnUrlIssues } from './return-urls.ts'

/** An organisation as its people see it. */
export interface OrganisationView {
  id: string
  name: string
  slug: string
  returnUrls: string[]
  revision: number
  createdAt: string
  /** null = as it was made. */
  updatedAt: string | null
  updatedBy: string | null
}

/** What is to be changed; what is absent stays. */
export interface OrganisationWish {
  name?: string | undefined
  slug?: string | undefined
  returnUrls?: string[] | undefined
}

/** The caller's own organisation, strongly consistent (conventions.md §9). */
export async function readOrganisation(world: World, orgId: string): Promise<OrganisationView> {
  return viewOf(await answering(world, () => needOrganisation(world, orgId)))
}

/**
 * Changes the caller's own organisation.
 *
 * @throws {Fault} `validation_failed`; `etag_mismatch`; `conflict` reason `slug_taken`.
 */
export async function changeSettings(
  world: World,
  author: Author,
  wish: OrganisationWish,
  guard: Guard,
): Promise<OrganisationView> {
  const change = checked(wish)
  return await answering(world, async () => {
    for (;;) {
      const row = await needOrganisation(world, author.orgId)
      checkTags(row, guard)
      if (Object.keys(change).length === 0) return viewOf(row)
      const by = { at: instant(world.clock.now()), actor: author.actor }
      const writes = [...changeOrganisation(row, change, by), told(world, author, Object.keys(change))]
      const written = await transact(world, writes)
      if (written.ok)
        return viewOf({
          ...row,
          ...change,
          ...{ revision: revisionOf(row) + 1, updatedAt: by.at, updatedBy: by.actor },
        })
      // The second write is the lock on the slug, unless somebody was faster altogether.
      if (written.found[0] === undefined && written.found[1] !== undefined) throw slugTaken()
    }
  })
}

/** The organisation's strong ETag. */
export function etagOfOrganisation({ revision }: Pick<OrganisationView, 'revision'>): string {
  return `"r${revision}"`
}

function checked({ name, slug, returnUrls }: OrganisationWish): OrganisationChange {
  const issues: Issue[] = [
    ...nameIssues({ name, slug }),
    ...(returnUrls === undefined ? [] : returnUrlIssues(returnUrls)),
  ]
  if (issues.length > 0)
    throw new Fault('validation_failed', 'The organisation cannot be like this', { issues })
  return {
    ...(name === undefined ? {} : { name: name.trim().normalize('NFC') }),
    ...(slug === undefined ? {} : { slug }),
    ...(returnUrls === undefined ? {} : { returnUrls }),
  }
}

async function needOrganisation(world: World, orgId: string): Promise<OrganisationRow> {
  const row = await getOrganisation(world, orgId)
  if (row === null) throw new Fault('not_found', 'There is no such organisation')
  return row
}

function revisionOf({ revision = 1 }: OrganisationRow): number {
  return revision
}

function checkTags(row: OrganisationRow, { ifMatch }: Guard): void {
  const etag = etagOfOrganisation({ revision: revisionOf(row) })
  if (ifMatch === undefined || ifMatch.includes('*') || ifMatch.includes(etag)) return
  throw new Fault('etag_mismatch', `The organisation is at revision ${revisionOf(row)} now`, { etag })
}

/** Which settings, never their values. */
function told(world: World, { orgId, actor, requestId, address }: Author, members: string[]) {
  return audited(world, orgId, {
    ...{ actor, action: 'organisation.changed', target: orgId, requestId, address },
    details: { members: members.join(' ') },
  })
}

function viewOf(row: OrganisationRow): OrganisationView {
  const { id, name, slug, createdAt, returnUrls = [], updatedAt = null, updatedBy = null } = row
  return { id, name, slug, returnUrls, revision: revisionOf(row), createdAt, updatedAt, updatedBy }
}
