import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../shared/world.ts'
import { allItems } from '../../all-items.ts'
import { auditOf } from '../../audit-of.ts'
import { type Faces, openFaces } from '../open-faces.ts'
import { aheadClock, asks, linkCalls, nonceIn } from './links-fixture.ts'

let faces: Faces
const clock = aheadClock()
beforeAll(async () => {
  faces = await openFaces({ clock })
})
afterAll(() => faces.close())

const { asked, look, post, submit } = linkCalls(() => faces)

describe('a link', () => {
  test('is told once, kept by its digest, and opens a page that anybody can read', async () => {
    const { wait, make } = await asked()
    const { status, body } = await make({ for: 'ann@example.com' })
    const token = new URL(body.url).pathname.slice('/w/'.length)

    expect([status, token.length]).toEqual([201, 43])
    expect(JSON.stringify(await allItems(faces.world))).not.toContain(token)
    const page = await look(`/w/${token}`)
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    for (const part of ['Ask the manager', 'Renew?', 'For ann@example.com', body.expiresAt])
      expect(page.text).toContain(part)
    const month = new Date(clock.now()).toISOString().slice(0, 7).replace('-', '')
    const [entry] = await auditOf(faces.world, faces.acme.orgId, month)
    expect(entry).toMatchObject({ action: 'wait.linked', target: wait })
    expect(entry?.details).not.toContain('ann@example.com')
  })

  test('answers from its page: the run goes on, and the link is who answered', async () => {
    const { run, read, open } = await asked()
    const { id, path } = await open({ for: 'Ann of the board' })
    const { status, headers } = await submit(path, [['decision', 'approve']])

    expect([status, headers.location]).toEqual([303, path])
    expect(await read()).toMatchObject({ status: 'answered', answeredBy: `link:${id}` })
    await faces.asked(run, 0)
    const page = await look(path)
    expect(page.status).toBe(200)
    expect(page.text).toContain('Approved by Ann of the board')
    expect(page.text).not.toContain('<button')
  })

  test('answers with JSON and the nonce of its page', async () => {
    const { read, open } = await asked()
    const { path } = await open()
    const nonce = nonceIn((await look(path)).text)
    const without = await faces.send('POST', path, { body: { decision: 'reject' } })
    const with_ = await faces.send('POST', path, { body: { nonce, decision: 'reject' } })

    expect([without.status, without.body.code, with_.status]).toEqual([403, 'forbidden', 303])
    expect(await read()).toMatchObject({ outcome: { decision: 'reject' } })
  })

  test('M2 sent twice it is one answer; the opposite is told who was first', async () => {
    const { open } = await asked()
    const { path } = await open()
    const nonce = nonceIn((await look(path)).text)
    const fields = (decision: string): [string, string][] => [
      ['nonce', nonce],
      ['decision', decision],
    ]
    const both = await Promise.all([post(path, fields('approve')), post(path, fields('approve'))])
    const opposite = await post(path, fields('reject'))

    expect(both.map(({ status }) => status)).toEqual([303, 303])
    expect(opposite.status).toBe(409)
    expect(opposite.text).toContain('Approved')
    expect(opposite.text).not.toContain('<button')
    const json = await faces.send('POST', path, { body: { nonce, decision: 'reject' } })
    expect([json.status, json.body.code]).toEqual([409, 'wait_already_answered'])
  })

  test('M1 whatever opens it by GET, HEAD or OPTIONS changes nothing', async () => {
    const { run, read, open } = await asked()
    const { path } = await open()
    await faces.asked(run, 1)
    const ofRun = async () =>
      (await allItems(faces.world)).filter(
        ({ pk, sk }) => String(pk).includes(run) && !String(sk).startsWith('EVT#'),
      )
    const before = await ofRun()
    const headers = { 'user-agent': 'Mozilla/5.0 (compatible; LinkScanner)', 'sec-fetch-site': 'cross-site' }
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'GET'])
      await faces.send(method, `${path}?decision=approve&utm_source=mail`, { headers })

    expect(await ofRun()).toEqual(before)
    expect((await read()).status).toBe('open')
  })

  test('opens nothing once it is revoked, and nothing that was made up', async () => {
    const { wait, open } = await asked()
    const { id, path } = await open()
    const nonce = nonceIn((await look(path)).text)
    const as = faces.acme.token.user
    const revoked = await faces.send('DELETE', `/v1/waits/${wait}/links/${id}`, { as })
    const again = await faces.send('DELETE', `/v1/waits/${wait}/links/${id}`, { as })

    expect([revoked.status, again.status]).toEqual([204, 404])
    for (const one of [path, `/w/${'A'.repeat(43)}`, '/w/a']) {
      const { status, text } = await look(one)
      expect([status, text]).toEqual([404, expect.stringContaining('This link opens nothing')])
    }
    expect(
      (
        await post(path, [
          ['nonce', nonce],
          ['decision', 'approve'],
        ])
      ).status,
    ).toBe(404)
  })

  test('is of its organisation: another one can neither make nor revoke it', async () => {
    const { wait, make, open } = await asked()
    const { id } = await open()
    const as = faces.other.token.admin

    expect((await make({}, as)).status).toBe(404)
    expect((await faces.send('DELETE', `/v1/waits/${wait}/links/${id}`, { as })).status).toBe(404)
  })

  test('has an end, at the latest the wait’s own; after it the page is 410 and takes nothing', async () => {
    const { read, make, open } = await asked()
    const end = Date.parse(String((await read()).expiresAt))
    const late = await make({ expiresAt: new Date(end + 1).toISOString() })
    const past = await make({ expiresAt: new Date(clock.now() - 1).toISOString() })
    for (const { status, body } of [late, past])
      expect([status, body.errors[0].pointer]).toEqual([422, '#/expiresAt'])

    const { path } = await open({ expiresAt: new Date(clock.now() + 60_000).toISOString() })
    const nonce = nonceIn((await look(path)).text)
    clock.aheadMs += 61_000
    const page = await look(path)
    const sent = await post(path, [
      ['nonce', nonce],
      ['decision', 'approve'],
    ])

    expect([page.status, sent.status, (await read()).status]).toEqual([410, 410, 'open'])
    expect(page.text).not.toContain('<button')
  })

  test('is not made for what has been answered', async () => {
    const { make, open } = await asked()
    const { path } = await open()
    await submit(path, [['decision', 'approve']])
    const { status, body } = await make()

    expect([status, body.code]).toEqual([409, 'wait_already_answered'])
  })

  test('goes with the run’s records', async () => {
    const { run, open } = await asked()
    const { path } = await open()
    const { deleteRunRecords } = await import('../../../shared/store/run-records.ts')
    await deleteRunRecords(faces.world, faces.acme.orgId, run)

    expect((await look(path)).status).toBe(404)
    expect(
      (await allItems(faces.world)).filter(
        (item) => item.runId === run && String(item.pk).startsWith('LINK#'),
      ),
    ).toEqual([])
  })
})

describe('who may', () => {
  test('an approval with approvers takes links for them alone', async () => {
    const { make, open, read } = await asked(asks({ approvers: ['Boss@Example.com', 'admin@acme.example'] }))
    for (const wish of [{}, { for: 'ann@example.com' }]) {
      const { status, body } = await make(wish)
      expect([status, body.errors[0]]).toMatchObject([422, { pointer: '#/for', code: 'not_an_approver' }])
    }
    const { path } = await open({ for: 'boss@example.com' })
    await submit(path, [['decision', 'approve']])

    expect(await read()).toMatchObject({ status: 'answered' })
  })

  test('nobody votes twice, neither by two links nor by a link and an account', async () => {
    const { open, read, wait } = await asked(
      asks({ approvers: ['boss@example.com', 'admin@acme.example'], approvals: 2 }),
    )
    const paths = [
      await open({ for: 'boss@example.com' }),
      await open({ for: 'BOSS@example.com' }),
      await open({ for: 'admin@acme.example' }),
    ].map(({ path }) => path)
    for (const path of paths.slice(0, 2)) await submit(path, [['decision', 'approve']])
    const given = async () => ((await read()).question as JsonObject).approvals as JsonObject
    expect(await given()).toEqual({ needed: 2, given: 1 })
    expect((await look(paths[1]!)).text).toContain('1 of 2 approvals so far')
    expect((await look(paths[1]!)).text).not.toContain('<button')

    const as = faces.acme.token.admin
    const body = { decision: 'approve' }
    await faces.send('POST', `/v1/waits/${wait}/answer`, { as, body })
    expect(await read()).toMatchObject({ status: 'answered' })
  })

  test('where several must approve, nobody makes up voters of his own', async () => {
    const { make, open, read } = await asked(asks({ approvals: 2 }))
    const { status, body } = await make({ for: 'somebody@example.com' })
    expect([status, body.errors[0]]).toMatchObject([422, { pointer: '#/for', code: 'no_account' }])

    // Two links that name nobody are both their maker's.
    for (const { path } of [await open({}), await open({})]) await submit(path, [['decision', 'approve']])
    expect(await read()).toMatchObject({ status: 'open' })
    const { path } = await open({ for: 'admin@acme.example' })
    await submit(path, [['decision', 'approve']])
    expect(await read()).toMatchObject({ status: 'answered' })
  })

  test('whoever started a run makes no link to what others must decide', async () => {
    const { make } = await asked(asks({ allowSelf: false }))
    const own = await make()
    const toHimself = await make({ for: 'user@acme.example' }, faces.acme.token.admin)
    const toAnother = await make({ for: 'ann@example.com' }, faces.acme.token.admin)

    expect([own.status, toHimself.status, toAnother.status]).toEqual([403, 403, 201])
  })
})
