import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../shared/world.ts'
import { type Faces, openFaces } from '../faces/open-faces.ts'
import { findChromium, launch } from './find-chromium.ts'
import { served } from './served.ts'

const executablePath = findChromium()
if (executablePath === null)
  console.warn('Left out: no Chromium here. Install one, or say where it is by PLAYWRIGHT_BROWSERS_PATH.')

describe.skipIf(executablePath === null)('a passkey in a browser, with its virtual authenticator', () => {
  let faces: Faces
  let server: Server
  let browser: Browser
  let origin: string
  beforeAll(async () => {
    faces = await openFaces()
    server = await served(faces)
    origin = `http://localhost:${(server.address() as AddressInfo).port}`
    browser = await launch(executablePath ?? '')
  })
  afterAll(async () => {
    await browser?.close()
    server?.close()
    await faces?.close()
  })

  /** A page that has an authenticator, as a phone or a key would be. */
  async function withAuthenticator(): Promise<Page> {
    const page = await browser.newPage()
    const session = await page.context().newCDPSession(page)
    await session.send('WebAuthn.enable')
    await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true },
        ...{ isUserVerified: true, automaticPresenceSimulation: true },
      },
    })
    return page
  }

  async function press(page: Page, ceremony: 'create' | 'get'): Promise<unknown> {
    const user = { id: 'user-1', name: 'ada@example.com' }
    const params: JsonObject = {
      ...{ ceremony, rp: { id: 'localhost', origins: [origin] }, userVerification: 'required' },
      ...(ceremony === 'create' ? { user } : {}),
    }
    const { body } = await faces.execute(
      await faces.flow({
        metadata: { name: 'Passkey' },
        triggers: [{ type: 'api' }],
        nodes: {
          ask: { type: 'webauthn', name: 'Your passkey', params: params as never, next: { default: 'end' } },
          end: { type: 'final', params: { output: '{{ask}}' } },
        },
      } as JsonObject),
    )
    const as = faces.acme.token.user
    const made = await faces.send('POST', `/v1/waits/${body.waitState.waitId}/links`, { as, body: {} })
    await page.goto(origin + new URL(made.body.url).pathname)
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await page.getByRole('status').waitFor()
    const run = await faces.send('GET', `/v1/runs/${body.appRunId}`, { as })
    return run.body.output
  }

  test('is made, and signs in', async () => {
    const page = await withAuthenticator()
    const made = await press(page, 'create')
    const used = await press(page, 'get')

    expect(made).toMatchObject({ verified: true, userId: 'user-1' })
    expect(used).toEqual(made)
  })

  test('the page of the documents draws routes without anything from outside', async () => {
    const page = await browser.newPage()
    const complaints: string[] = []
    const outside: string[] = []
    page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())))
    page.on('pageerror', (error) => void complaints.push(error.message))
    page.on('request', (request) => void (request.url().startsWith(origin) || outside.push(request.url())))
    await page.goto(`${origin}/docs`)
    await page.getByText('Sign-in, flows as YAML, executions').first().click()
    await page.getByText('/api/v1/auth/login').first().waitFor()

    expect(await page.title()).not.toBe('')
    expect(complaints).toEqual([])
    expect(outside.filter((url) => !url.startsWith('data:'))).toEqual([])
  })
})
