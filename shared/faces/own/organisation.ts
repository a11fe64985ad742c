import * as z from 'zod'
import { changeSettings, etagOfOrganisation, readOrganisation } from '../../core/organisation-settings.ts'
import { route } from '../../http/route.ts'
import { instant, noParams, uuid } from '../shapes.ts'

const organisationShape = z.strictObject({
  id: uuid,
  name: z.string(),
  slug: z.string(),
  returnUrls: z.array(z.string()),
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

/** Settings that nothing heeds yet are unknown members: nobody shall think that they hold. */
export const change = route({
  ...own,
  method: 'PATCH',
  summary: 'Change name, slug or registered return addresses of the organisation',
  scope: 'accounts:admin',
  role: 'admin',
  guarded: 'required',
  body: z.strictObject({
    name: z.string().optional(),
    slug: z.string().optional(),
    returnUrls: z.array(z.string()).optional(),
  }),
  faults: ['conflict', 'etag_mismatch', 'precondition_required'],
  async answer(world, { principal, body, guard }) {
    const organisation = await changeSettings(world, principal, body, guard)
    return { body: organisation, etag: etagOfOrganisation(organisation) }
  },
})
