import { instant } from '../aws/clock.ts'
import { Fault, type Issue } from '../faults.ts'
import {
  changeOrganisation,
  getOrganisation,
  type OrganisationChange,
  type OrganisationLimitSettings,
  type OrganisationRow,
  type TrustedIssuer,
} from '../store/organisations.ts'
import { transact } from '../store/transact.ts'
import type { World } from '../world.ts'
import { audited } from './audit.ts'
import type { Author } from './flow-change.ts'
import type { Guard } from './flow-guard.ts'
import { limitsIn } from './organisation-limits.ts'
import { nameIssues, slugTaken } from './organisation-names.ts'
import { answering } from './refusal.ts'
import { returnUrlIssues } from './return-urls.ts'
import { issuerIssues, issuerTaken } from './trusted-issuers.ts'

/** An organisation as its people see it. */
export interface OrganisationView {
  id: string
  name: string
  slug: string
  returnUrls: string[]
  /** What holds for it; what it has not set itself is the deployment's. */
  limits: { [Name in keyof Required<OrganisationLimitSettings>]: number }
  retentionDays: number
  trustedIssuers: TrustedIssuer[]
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
  /** Member by member; null = the deployment's again. */
  limits?: { [Name in keyof OrganisationLimitSettings]: number | null | undefined } | undefined
  /** null = as at first: 90 days. */
  retentionDays?: number | null | undefined
  trustedIssuers?: TrustedIssuer[] | undefined
}

/** The caller's own organisation, strongly consistent (conventions.md §9). */
export async function readOrganisation(world: World, orgId: string): Promise<OrganisationView> {
  return viewOf(world, await answering(world, () => needOrganisation(world, orgId)))
}

/**
 * Changes the caller's own organisation.
 *
 * @throws {Fault} `validation_failed`; `etag_mismatch`; `conflict` reason `slug_taken` or `issuer_taken`.
 */
export async function changeSettings(
  world: World,
  author: Author,
  wish: OrganisationWish,
  guard: Guard,
): Promise<OrganisationView> {
  const wanted = checked(world, wish)
  return await answering(world, async () => {
    for (;;) {
      const row = await needOrganisation(world, author.orgId)
      checkTags(row, guard)
      if (Object.keys(wanted).length === 0) return viewOf(world, row)
      const change = { ...wanted, ...(wish.limits ? { limits: mergedLimits(row, wish.limits) } : {}) }
      const by = { at: instant(world.clock.now()), actor: author.actor }
      const writes = [...changeOrganisation(row, change, by), told(world, author, Object.keys(change))]
      const written = await transact(world, writes)
      if (written.ok)
        return viewOf(world, {
          ...row,
          ...change,
          ...{ revision: revisionOf(row) + 1, updatedAt: by.at, updatedBy: by.actor },
        })
      // The first write fails if somebody was faster; the others are locks, that on the slug before those on issuers.
      const lost = written.found.findIndex((found) => found !== undefined)
      if (lost > 0) throw lost === 1 && movesSlug(row, change) ? slugTaken() : issuerTaken()
    }
  })
}

/** The organisation's strong ETag. */
export function etagOfOrganisation({ revision }: Pick<OrganisationView, 'revision'>): string {
  return `"r${revision}"`
}

function checked(world: World, wish: OrganisationWish): OrganisationChange {
  const { name, slug, returnUrls, limits, retentionDays, trustedIssuers } = wish
  const issues: Issue[] = [
    ...nameIssues({ name, slug }),
    ...(returnUrls === undefined ? [] : returnUrlIssues(returnUrls)),
    ...(trustedIssuers === undefined ? [] : issuerIssues(world, trustedIssuers)),
  ]
  if (issues.length > 0)
    throw new Fault('validation_failed', 'The organisation cannot be like this', { issues })
  return {
    ...(name === undefined ? {} : { name: name.trim().normalize('NFC') }),
    ...(slug === undefined ? {} : { slug }),
    ...(returnUrls === undefined ? {} : { returnUrls }),
    ...(limits === undefined ? {} : { limits: {} }),
    ...(retentionDays === undefined ? {} : { retentionDays }),
    ...(trustedIssuers === undefined ? {} : { trustedIssuers }),
  }
}

/** What is not named stays; null is the deployment's again. */
function mergedLimits(
  row: OrganisationRow,
  limits: NonNullable<OrganisationWish['limits']>,
): OrganisationLimitSettings {
  const given = Object.entries(limits).filter(([, value]) => value !== undefined)
  return { ...row.limits, ...Object.fromEntries(given) }
}

function movesSlug(row: OrganisationRow, { slug }: OrganisationChange): boolean {
  return slug !== undefined && slug !== row.slug
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

function viewOf(world: World, row: OrganisationRow): OrganisationView {
  const { id, name, slug, createdAt, returnUrls = [], updatedAt = null, updatedBy = null } = row
  const { principalRequests, organisationRequests, openRuns, retentionDays } = limitsIn(world, row)
  return {
    ...{ id, name, slug, returnUrls },
    limits: {
      principalRequestsPerMinute: principalRequests,
      organisationRequestsPerMinute: organisationRequests,
      openRuns,
    },
    retentionDays,
    trustedIssuers: row.trustedIssuers ?? [],
    ...{ revision: revisionOf(row), createdAt, updatedAt, updatedBy },
  }
}
