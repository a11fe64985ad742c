import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Faces, openFaces } from '../open-faces.ts'
import { aheadClock, asks, fields, linkCalls, nonceIn } from './links-fixture.ts'
import { parsed } from './parsed-page.ts'

let faces: Faces
const clock = aheadClock()
beforeAll(async () => {
  faces = await openFaces({ clock })
})
afterAll(() => faces.close())

const { asked, look, post, submit } = linkCalls(() => faces)

describe('K5 an answer comes from the page alone', () => {
  test('another site’s form is refused', async () => {
    const { read, open } = await asked()
    const { path } = await open()
    for (const site of ['cross-site', 'same-site', 'none'])
      expect((await submit(path, [['decision', 'approve']], { 'sec-fetch-site': site })).status).toBe(403)
    expect((await read()).status).toBe('open')
  })

  test('a nonce that is missing, changed, of another link or over 30 minutes old is refused; the page offers a new one', async () => {
    const first = await asked()
    const { path } = await first.open()
    const { path: other } = await (await asked()).open()
    const nonce = nonceIn((await look(path)).text)
    const [at = '', mac = ''] = nonce.split('.')
    const later = `${(Number.parseInt(at, 36) + 1000).toString(36)}.${mac}`
    for (const wrong of ['', `${nonce}x`, later, nonceIn((await look(other)).text), 'NaN.x', '-1.x'])
      expect(
        (
          await post(path, [
            ['nonce', wrong],
            ['decision', 'approve'],
          ])
        ).status,
        wrong,
      ).toBe(403)
    clock.aheadMs += 30 * 60_000 + 1000
    const old = await post(path, [
      ['nonce', nonce],
      ['message', 'As agreed'],
      ['decision', 'approve'],
    ])

    expect(old.status).toBe(403)
    expect(old.text).toContain('As agreed')
    expect((await first.read()).status).toBe('open')
    const sent = await post(path, [
      ['nonce', nonceIn(old.text)],
      ['decision', 'approve'],
    ])
    expect(sent.status).toBe(303)
  })

  test('other content types and more than 64 KiB are refused', async () => {
    const { read, open } = await asked()
    const { path } = await open()
    const text = await submit(path, [['decision', 'approve']], { 'content-type': 'text/plain' })
    const large = await submit(path, [
      ['message', 'x'.repeat(65_536)],
      ['decision', 'approve'],
    ])

    expect([text.status, large.status, (await read()).status]).toEqual([415, 413, 'open'])
  })
})

describe('fields of the form', () => {
  test('become what they want', async () => {
    const { run, open } = await asked(asks({ form: fields.slice(0, 8) }))
    const { path } = await open()
    const sent = await submit(path, [
      ['form.limit', '12.5'],
      ['form.urgent', 'true'],
      ['form.from', '2026-03-01'],
      ['form.at', '2026-03-01T06:00'],
      ['form.tier', '0'],
      ['form.tags', '0'],
      ['form.tags', '2'],
      ['form.extra', '{"a":[1]}'],
      ['form.why', 'One\r\ntwo'],
      ['message', ''],
      ['decision', 'approve'],
    ])
    expect(sent.status).toBe(303)
    const done = await faces.send('GET', `/v1/runs/${run}?wait=25&rev=0`, { as: faces.acme.token.user })
    const end = await faces.send('GET', `/v1/runs/${run}?wait=20&rev=${done.body.rev}`, {
      as: faces.acme.token.user,
    })

    expect((end.body.output ?? done.body.output).form).toEqual({
      limit: 12.5,
      urgent: true,
      from: '2026-03-01',
      at: '2026-03-01T06:00:00Z',
      tier: { tier: 1 },
      tags: ['new', 'other'],
      extra: { a: [1] },
      why: 'One\ntwo',
    })
  })

  test('that are wrong are told at the field, and what was filled in stays but for what is secret', async () => {
    const { read, open } = await asked(asks({ form: fields }))
    const { path } = await open()
    const { status, text } = await submit(path, [
      ['form.limit', ''],
      ['form.from', 'soon'],
      ['form.why', 'Because <b>'],
      ['form.pin', 'canary-4711'],
      ['form.tags', '1'],
      ['decision', 'approve'],
    ])
    const page = parsed(text)

    expect([status, (await read()).status]).toEqual([422, 'open'])
    expect(text).not.toContain('canary-4711')
    const limit = page.byId('field-limit')
    expect(limit).toMatchObject({ 'aria-invalid': 'true', 'aria-describedby': 'field-limit-error' })
    expect(page.textOf('field-limit-error')).toBe('limit is required')
    expect(page.textOf('field-why')).toBe('Because <b>')
    expect(page.all('a').map(({ href }) => href)).toEqual(['#field-limit', '#field-from'])
    expect(page.all('div').find(({ role }) => role === 'alert')).toHaveProperty('autofocus')
    expect(
      page
        .all('input')
        .filter(({ checked }) => checked === '')
        .map(({ value }) => value),
    ).toEqual(['1'])
  })

  test('that are no JSON are told so', async () => {
    const { open } = await asked(asks({ form: [{ name: 'extra', type: 'json' }] }))
    const { path } = await open()
    const { status, text } = await submit(path, [
      ['form.extra', '{a}'],
      ['decision', 'approve'],
    ])

    expect(status).toBe(422)
    expect(parsed(text).textOf('field-extra-error')).toContain('extra must be JSON')
  })

  test('need not be filled in by who says no', async () => {
    const { read, open } = await asked(asks({ form: fields }))
    const { path } = await open()

    expect(
      (
        await submit(path, [
          ['form.limit', ''],
          ['decision', 'reject'],
        ])
      ).status,
    ).toBe(303)
    expect(await read()).toMatchObject({ outcome: { decision: 'reject' } })
  })
})
