import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { calling } from '../flows-of-tests.ts'
import { type Faces, openFaces } from '../open-faces.ts'
import { asks, fields, linkCalls } from './links-fixture.ts'
import { parsed } from './parsed-page.ts'

let faces: Faces
beforeAll(async () => {
  faces = await openFaces()
})
afterAll(() => faces.close())

const { asked, look, submit } = linkCalls(() => faces)

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
