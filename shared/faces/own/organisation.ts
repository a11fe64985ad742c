import * as z from 'zod'
import { changeSettings, etagOfOrganisation, readOrganisation } from '../../core/organisation-settings.ts'
import { roles } from '../../core/roles.ts'
import { route } from '../../http/route.ts'
import { instant, noParams, uuid } from '../shapes.ts'

/** Below this an admin could lock the organisation out of its own settings. */
const perMinute = z.int().min(60).max(1_000_000)
const openRuns = z.int().min(1).max(1_000_000)
const retentionDays = z.int().min(1).max(3650)
const trustedIssuer = z.strictObject({
  issuer: z.string(),
  jwksUrl: z.string(),
  audience: z.string().min(1).max(255),
  roleClaim: z.string().min(1).max(100).optional(),
  roles: z.record(z.string().max(255), z.enum(roles)).optional(),
})

const organisationShape = z.strictObject({
  id: uuid,
  name: z.string(),
  slug: z.string(),
  returnUrls: z.array(z.string()),
  limits: z.strictObject({
    principalRequestsPerMinute: z.int(),
    organisationRequestsPerMinute: z.int(),
    openRuns: z.int(),
  }),
  retentionDays: z.int(),
  trustedIssuers: z.array(trustedIssuer),
  revision: z.int(),
  createdAt: instant,
  updatedAt: instant.nullable(),
  updatedBy: z.string().nullable(),
})

const own = {
  face: 'own',
  path: '/v1/organisation',
  auth: 'bearer',
  objects: {},
  params: noParams,
  query: z.strictObject({}),
  reply: { 200: organisationShape },
} as const

/** The caller's own organisation (conventions.md §9). */
export const read = route({
  ...own,
  method: 'GET',
  summary: 'Read the organisation and its settings',
  scope: 'flows:read',
  role: 'viewer',
  faults: [],
  async answer(world, { principal }) {
    const organisation = await readOrganisation(world, principal.orgId)
    return { body: organisation, etag: etagOfOrganisation(organisation) }
  },
})

/** What is absent stays; a limit or retention that is null is the deployment's again. */
export const change = route({
  ...own,
  method: 'PATCH',
  summary: 'Change the organisation: names, return addresses, limits, retention, trusted issuers',
  scope: 'accounts:admin',
  role: 'admin',
  guarded: 'required',
  body: z.strictObject({
    name: z.string().optional(),
    slug: z.string().optional(),
    returnUrls: z.array(z.string()).optional(),
    limits: z
      .strictObject({
        principalRequestsPerMinute: perMinute.nullish(),
        organisationRequestsPerMinute: perMinute.nullish(),
        openRuns: openRuns.nullish(),
      })
      .optional(),
    retentionDays: retentionDays.nullish(),
    trustedIssuers: z.array(trustedIssuer).optional(),
  }),
  faults: ['conflict', 'etag_mismatch', 'precondition_required'],
  async answer(world, { principal, body, guard }) {
    const organisation = await changeSettings(world, principal, body, guard)
    return { body: organisation, etag: etagOfOrganisation(organisation) }
  },
})
