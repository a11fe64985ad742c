import { type DefaultTreeAdapterTypes, html as namespace, parse } from 'parse5'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../../shared/aws/clock.ts'
import type { JsonObject } from '../../../shared/world.ts'
import { allItems } from '../../all-items.ts'
import { auditOf } from '../../audit-of.ts'
import { asking, calling } from '../flows-of-tests.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
/** How far the clock of these tests is ahead. */
let ahead = 0
const clock = { ...systemClock, now: () => Date.now() + ahead }
beforeAll(async () => {
  faces = await openFaces({ clock })
})
afterAll(() => faces.close())

const asks = (params: JsonObject = {}): JsonObject => ({
  ...asking,
  nodes: {
    ...(asking.nodes as JsonObject),
    ask: {
      type: 'approval',
      name: 'Ask the manager',
      params: { message: 'Renew?', onTimeout: 'fail', ...params },
      next: { default: 'end' },
    },
    end: { type: 'final', params: { output: '{{ask}}' } },
  },
})

async function asked(definition = asks(), as = faces.acme.token.user) {
  const { body } = await faces.execute(await faces.flow(definition))
  const run = body.appRunId as string
  const wait = body.waitState.waitId as string
  const make = (wish: JsonObject = {}, by = as) =>
    faces.send('POST', `/v1/waits/${wait}/links`, { as: by, body: wish })
  return {
    run,
    wait,
    make,
    async open(wish: JsonObject = {}) {
      const { body: made } = await make(wish)
      return { id: made.id as string, path: new URL(made.url).pathname }
    },
    read: async () =>
      (await faces.send('GET', `/v1/waits/${wait}`, { as: faces.acme.token.user })).body as JsonObject,
  }
}

const nonceIn = (text: string) => /name="nonce" value="([^"]*)"/.exec(text)?.[1] ?? ''
const look = (path: string) => faces.send('GET', path)
const formType = { 'content-type': 'application/x-www-form-urlencoded' }

/** Sends a page's form as a browser does, with the nonce of a page that is opened for it. */
async function submit(path: string, fields: [string, string][], headers: Record<string, string> = {}) {
  const nonce = nonceIn((await look(path)).text)
  return await post(path, [['nonce', nonce], ...fields], headers)
}

function post(path: string, fields: [string, string][], headers: Record<string, string> = {}) {
  const sent = { ...formType, 'sec-fetch-site': 'same-origin', ...headers }
  return faces.send('POST', path, { body: String(new URLSearchParams(fields)), headers: sent })
}

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
    ahead += 61_000
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
    ahead += 30 * 60_000 + 1000
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

const fields: JsonObject[] = [
  { name: 'limit', type: 'number', required: true, label: 'Limit in euros' },
  { name: 'urgent', type: 'boolean' },
  { name: 'from', type: 'date' },
  { name: 'at', type: 'datetime' },
  { name: 'tier', type: 'select', options: [{ label: 'Gold', value: { tier: 1 } }, 'silver'] },
  { name: 'tags', type: 'multiselect', options: ['new', 'old', 'other'] },
  { name: 'extra', type: 'json' },
  { name: 'why', type: 'textarea' },
  { name: 'pin', type: 'password' },
]

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

describe('pages', () => {
  const payloads = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onfocus=alert(1) autofocus='",
    'javascript:alert(1)',
    '<svg/onload=alert(1)>',
    '</textarea></title></style><iframe src=//evil.example>',
    '&lt;b&gt; &#x3c;i&#x3e; `${7*7}` <!-- -->',
  ]
  const elements =
    'html head meta title style body main h1 p time form button input div label textarea fieldset legend select option a ul li strong'
  const attributes =
    'lang charset name content class method autocomplete id for type value required step rows maxlength disabled hidden checked selected tabindex role autofocus href datetime formnovalidate aria-describedby aria-invalid'

  test.each(payloads)('K3 what authors and people wrote stays text: %s', async (payload) => {
    const { open } = await asked(
      asks({
        message: payload,
        form: [
          ...(['text', 'textarea', 'json', 'url', 'email', 'date'] as const).map((type, at) => ({
            ...{ name: `f${at}`, type, label: payload, description: payload, default: payload },
          })),
          {
            name: 's',
            type: 'select',
            label: payload,
            options: [payload, { label: payload, value: payload }],
          },
          { name: 'm', type: 'multiselect', label: payload, options: [payload], default: [payload] },
          { name: 'b', type: 'boolean', label: payload },
        ],
      }),
    )
    const { path } = await open({ for: payload })
    const pages = [
      await look(path),
      await submit(path, [
        ['form.f0', payload],
        ['message', payload.repeat(300)],
        ['decision', payload],
      ]),
      await submit(path, [
        ['message', payload],
        ['form.f3', 'https://example.com/'],
        ['form.f4', 'ann@example.com'],
        ['form.f5', '2026-03-01'],
        ['decision', 'reject'],
      ]),
      await look(path),
    ]

    expect(pages.map(({ status }) => status)).toEqual([200, 422, 303, 200])
    for (const { text } of pages.filter(({ status }) => status !== 303)) {
      const page = parsed(text)
      for (const { tag, given } of page.nodes) {
        expect(elements.split(' ')).toContain(tag)
        for (const { name, value } of given) {
          expect(attributes.split(' ')).toContain(name)
          if (name === 'href') expect(value).toMatch(/^#/)
        }
      }
      expect(page.visible).toContain(payload)
    }
  })

  test('K4 every page forbids scripts, frames and other origins', async () => {
    const { open } = await asked()
    const { path } = await open()
    for (const { headers, text } of [
      await look(path),
      await look('/w/unknown'),
      await submit(path, [['decision', 'perhaps']]),
    ]) {
      const policy = headers['content-security-policy'] ?? ''
      for (const part of [
        "default-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
      ])
        expect(policy).toContain(part)
      expect(policy).not.toContain('unsafe')
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
        'x-robots-tag': 'noindex',
      })
      const style = /<style>([\s\S]*)<\/style>/.exec(text)?.[1] ?? ''
      const { createHash } = await import('node:crypto')
      expect(policy).toContain(`'sha256-${createHash('sha256').update(style).digest('base64')}'`)
    }
  })

  test('every field has its label, and Enter in a field decides nothing', async () => {
    const { open } = await asked(asks({ form: fields }))
    const { path } = await open()
    const page = parsed((await look(path)).text)
    const labelled = new Set(page.all('label').map((label) => label.for))
    const alone = [...page.all('input'), ...page.all('select'), ...page.all('textarea')].filter(
      ({ type }) => type !== 'hidden' && type !== 'checkbox',
    )

    expect(alone.length).toBe(8)
    for (const { id } of alone) expect(labelled).toContain(id)
    expect(page.all('button')[0]).toMatchObject({ type: 'submit', disabled: '', hidden: '' })
    expect([page.all('main').length, page.all('h1').length, page.all('html')[0]?.lang]).toEqual([1, 1, 'en'])
  })

  test('of what an app must answer say so, and take nothing', async () => {
    const { open } = await asked(calling)
    const { path } = await open()
    const { text } = await look(path)
    expect(text).toContain('An app must answer this')
    expect(text).not.toContain('<form')
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

/** A page as a browser reads it. */
function parsed(text: string) {
  type Node = DefaultTreeAdapterTypes.ChildNode
  const nodes: { tag: string; given: { name: string; value: string }[]; text: string }[] = []
  const textIn = (node: Node): string =>
    'value' in node ? node.value : 'childNodes' in node ? node.childNodes.map(textIn).join('') : ''
  const walk = (node: Node): void => {
    if (!('tagName' in node)) return
    expect(node.namespaceURI).toBe(namespace.NS.HTML)
    nodes.push({ tag: node.tagName, given: node.attrs, text: textIn(node) })
    for (const child of node.childNodes) walk(child)
  }
  for (const child of parse(text).childNodes) walk(child)
  const attributesOf = ({ given }: (typeof nodes)[number]): Record<string, string> =>
    Object.fromEntries(given.map(({ name, value }) => [name, value]))
  const find = (id: string) => nodes.find((node) => attributesOf(node).id === id)
  return {
    nodes,
    all: (tag: string) => nodes.filter((node) => node.tag === tag).map(attributesOf),
    byId: (id: string) => attributesOf(find(id)!),
    textOf: (id: string) => find(id)?.text,
    visible: nodes[0]!.text,
  }
}
