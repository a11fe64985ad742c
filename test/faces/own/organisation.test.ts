import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { returnUrlsOf } from '../../../shared/core/return-urls.ts'
import type { JsonObject } from '../../../shared/world.ts'
import { auditOf } from '../../audit-of.ts'
import { adding } from '../flows-of-tests.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
beforeAll(async () => {
  faces = await openFaces()
})
afterAll(() => faces.close())

const path = '/v1/organisation'
const read = (as = faces.acme.token.viewer) => faces.send('GET', path, { as })
const change = async (body: JsonObject, tag?: string, as = faces.acme.token.admin) =>
  faces.send('PATCH', path, { as, body, headers: { 'if-match': tag ?? (await read(as)).headers.etag! } })

describe('the organisation', () => {
  test('is read by everybody in it, with the tag of its revision', async () => {
    const { status, body, headers } = await read()

    expect([status, headers.etag]).toEqual([200, `"r${body.revision}"`])
    expect(body).toMatchObject({ id: faces.acme.orgId, name: 'acme', slug: 'acme', returnUrls: [] })
  })

  test('is changed by admins; what is absent stays, and the audit names what was changed alone', async () => {
    const before = (await read()).body
    const { status, body, headers } = await change({
      name: ' Acme GmbH ',
      returnUrls: ['https://app.example/back'],
    })

    expect([status, headers.etag]).toEqual([200, `"r${before.revision + 1}"`])
    expect(body).toMatchObject({ name: 'Acme GmbH', slug: 'acme', returnUrls: ['https://app.example/back'] })
    expect((await read()).body).toEqual(body)
    const month = new Date().toISOString().slice(0, 7).replace('-', '')
    const [entry] = await auditOf(faces.world, faces.acme.orgId, month)
    expect(entry).toMatchObject({ action: 'organisation.changed', target: faces.acme.orgId })
    expect(JSON.parse(entry!.details)).toEqual({ members: 'name returnUrls' })
  })

  test('needs to be known as it stands: 428 without a tag, 412 with an old one', async () => {
    const as = faces.acme.token.admin
    const without = await faces.send('PATCH', path, { as, body: { name: 'Blind' } })
    const tag = (await read()).headers.etag!
    const both = await Promise.all([change({ name: 'One' }, tag), change({ name: 'Two' }, tag)])
    const late = both.find(({ status }) => status !== 200)

    expect([without.status, without.body.code]).toEqual([428, 'precondition_required'])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412])
    expect(late?.body).toMatchObject({ code: 'etag_mismatch', etag: (await read()).headers.etag })
  })

  test('changed by nothing has the same revision', async () => {
    const tag = (await read()).headers.etag
    expect((await change({})).headers.etag).toBe(tag)
  })
})

describe('the slug', () => {
  test('is one organisation’s alone, names it in paths, and is free once it is given up', async () => {
    const flow = await faces.flow(adding)
    const run = (slug: string) =>
      faces.send('POST', `/cgw/process/v1/orgs/${slug}/flows/${flow}/execute`, {
        as: faces.acme.token.user,
        body: { customerId: 'cus_123' },
      })
    const taken = await change({ slug: 'other' })
    expect([taken.status, taken.body.reason]).toEqual([409, 'slug_taken'])
    expect((await change({ slug: 'acme-2' })).status).toBe(200)

    expect([(await run('acme')).status, (await run('acme-2')).status]).toEqual([404, 200])
    const other = faces.other.token.admin
    expect((await change({ slug: 'acme' }, undefined, other)).status).toBe(200)
    expect((await change({ slug: 'acme' })).status).toBe(409)
    // Its own slug again is no change of the lock.
    expect((await change({ slug: 'acme-2' })).status).toBe(200)
  })
})

function issuer(name: string) {
  return { issuer: name, jwksUrl: `${name}/keys`, audience: 'sluice' }
}

describe('limits and retention', () => {
  test('are the deployment’s until they are set, one by one, and again when they are null', async () => {
    const before = (await read()).body
    const set = await change({ limits: { openRuns: 500 }, retentionDays: 30 })
    const more = await change({ limits: { organisationRequestsPerMinute: 9_000 } })
    const back = await change({ limits: { openRuns: null }, retentionDays: null })

    expect(before).toMatchObject({ limits: { openRuns: 10_000 }, retentionDays: 90 })
    expect(set.body).toMatchObject({ limits: { ...before.limits, openRuns: 500 }, retentionDays: 30 })
    expect(more.body.limits).toMatchObject({ openRuns: 500, organisationRequestsPerMinute: 9_000 })
    expect(back.body).toMatchObject({
      limits: { openRuns: 10_000, organisationRequestsPerMinute: 9_000 },
      retentionDays: 90,
    })
  })
})

describe('refusals, each at its place', () => {
  test.each<[string, JsonObject, string]>([
    ['an empty name', { name: ' ' }, '#/name'],
    ['a name with control characters', { name: 'a\u0007' }, '#/name'],
    ['a slug with capitals', { slug: 'Acme' }, '#/slug'],
    ['a slug like an id', { slug: '00000000-0000-4000-8000-000000000001' }, '#/slug'],
    ['an issuer by http', { trustedIssuers: [issuer('http://id.example')] }, '#/trustedIssuers/0/issuer'],
    [
      'keys by http',
      { trustedIssuers: [{ ...issuer('https://id.example'), jwksUrl: 'http://id.example/keys' }] },
      '#/trustedIssuers/0/jwksUrl',
    ],
    [
      'an issuer twice',
      { trustedIssuers: [issuer('https://id.example'), issuer('https://id.example')] },
      '#/trustedIssuers/1/issuer',
    ],
    [
      'a role that there is not',
      { trustedIssuers: [{ ...issuer('https://id.example'), roles: { boss: 'owner' } }] },
      '#/trustedIssuers/0/roles/boss',
    ],
    [
      'limits that would lock it out',
      { limits: { principalRequestsPerMinute: 1 } },
      '#/limits/principalRequestsPerMinute',
    ],
    ['a limit that there is not', { limits: { flows: 1 } }, '#/limits/flows'],
    ['a retention of no days', { retentionDays: 0 }, '#/retentionDays'],
    ['an address twice', { returnUrls: ['https://a.example/', 'https://a.example/'] }, '#/returnUrls/1'],
    [
      'too many addresses',
      { returnUrls: Array.from({ length: 101 }, (_, at) => `https://a${at}.example/`) },
      '#/returnUrls',
    ],
  ])('%s', async (_name, body, pointer) => {
    const before = (await read()).body
    const refused = await change(body)

    expect([refused.status, refused.body.errors[0].pointer]).toEqual([422, pointer])
    expect((await read()).body).toEqual(before)
  })

  test.each([
    '//evil.example/',
    'javascript:alert(1)',
    'http://app.example/',
    'https://ok.example@evil.example/',
    'https://a:b@evil.example/',
    'https:\\\\evil.example/',
    'https://ok.example/\\..\\x',
    'https://ok.example/#at',
    'https://ok.example/ x',
    'https://ök.example/',
    'https:///evil.example',
    'https://[::1',
    'ftp://ok.example/',
    '',
  ])('K1 the address %s', async (url) => {
    const { status, body } = await change({ returnUrls: ['https://ok.example/', url] })

    expect([status, body.errors[0].pointer]).toEqual([422, '#/returnUrls/1'])
  })
})

describe('registered addresses', () => {
  test('are taken as they are written, http for this machine alone', async () => {
    const returnUrls = ['https://app.example', 'https://app.example/back?from=flow', 'http://localhost:3000/']

    expect((await change({ returnUrls })).body.returnUrls).toEqual(returnUrls)
    expect(await returnUrlsOf(faces.world, faces.acme.orgId)).toEqual(returnUrls)
  })

  test('are known to an import: only others are warned of', async () => {
    await change({ returnUrls: ['https://app.example/back'] })
    const document = {
      ...{
        format: 'sluice-flow',
        formatVersion: 1,
        exportedAt: new Date().toISOString(),
        sourceVersion: null,
      },
      flow: { name: 'Travelling', description: null, tags: [], definition: adding },
      requires: {
        ...{ secrets: [], flows: [], features: [] },
        returnUrls: ['https://app.example/back', 'https://app.example/back/', 'https://evil.example/'],
      },
      flows: [],
    }
    const { body } = await faces.send('POST', '/v1/flow/import', {
      as: faces.acme.token.user,
      body: { document },
    })

    expect(body.warnings.map(({ code, path: at }: JsonObject) => [code, at])).toEqual([
      ['unregistered_return_url', '/document/requires/returnUrls/1'],
      ['unregistered_return_url', '/document/requires/returnUrls/2'],
    ])
  })
})
