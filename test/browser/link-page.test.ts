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

const asking: JsonObject = {
  metadata: { name: 'Renewal' },
  triggers: [{ type: 'api' }],
  nodes: {
    ask: {
      type: 'approval',
      name: 'Ask the manager',
      params: {
        message: '<script>document.title = "taken over"</script>',
        form: [
          { name: 'ticket', type: 'json', label: 'Ticket' },
          { name: 'reason', type: 'text', label: 'Reason' },
        ],
        onTimeout: 'fail',
      },
      next: { default: 'end' },
    },
    end: { type: 'final', params: { output: '{{ask.form}}' } },
  },
}

describe.skipIf(executablePath === null)('the page of a link in a browser', () => {
  let faces: Faces
  let server: Server
  let browser: Browser
  beforeAll(async () => {
    faces = await openFaces()
    server = await served(faces)
    browser = await launch(executablePath ?? '')
  })
  afterAll(async () => {
    await browser?.close()
    server?.close()
    await faces?.close()
  })

  /** A new page on a new link, and everything that the browser complained of. */
  async function open(definition = asking): Promise<{
    page: Page
    complaints: string[]
    read(): Promise<JsonObject>
    /** Another way than this page. */
    answer(decision: string): Promise<unknown>
  }> {
    const as = faces.acme.token.user
    const { body } = await faces.execute(await faces.flow(definition))
    const wait = `/v1/waits/${body.waitState.waitId}`
    const made = await faces.send('POST', `${wait}/links`, { as, body: {} })
    const page = await browser.newPage()
    const complaints: string[] = []
    page.on('console', (message) => void complaints.push(message.text()))
    page.on('pageerror', (error) => void complaints.push(error.message))
    const { port } = server.address() as AddressInfo
    await page.goto(`http://127.0.0.1:${port}${new URL(made.body.url).pathname}`)
    const read = async () => (await faces.send('GET', wait, { as })).body as JsonObject
    const answer = (decision: string) => faces.send('POST', `${wait}/answer`, { as, body: { decision } })
    return { page, complaints, read, answer }
  }

  test('takes a file, and keeps it while something else is put right', async () => {
    const { page, complaints, read } = await open({
      ...asking,
      nodes: {
        ...(asking.nodes as JsonObject),
        ask: {
          type: 'approval',
          params: {
            message: 'Renew?',
            form: [
              { name: 'contract', type: 'file', required: true, label: 'Contract' },
              { name: 'ticket', type: 'json', label: 'Ticket' },
            ],
            onTimeout: 'fail',
          },
          next: { default: 'end' },
        },
      },
    })
    const contract = { name: 'Contract ü.pdf', mimeType: 'application/pdf', buffer: Buffer.from('signed') }
    await page.getByLabel('Contract').setInputFiles(contract)
    await page.getByLabel('Ticket').fill('{"id": ')
    await page.getByRole('button', { name: 'Approve' }).click()
    await page.getByRole('alert').waitFor()
    await page.getByLabel('Ticket').fill('7')
    await page.getByRole('button', { name: 'Approve' }).click()
    await page.getByText('approved').first().waitFor()

    const { runId } = await read()
    const run = () => faces.send('GET', `/v1/runs/${runId}`, { as: faces.acme.token.user })
    await expect
      .poll(async () => (await run()).body.output)
      .toMatchObject({
        contract: { filename: contract.name, contentType: contract.mimeType, size: 6 },
        ticket: 7,
      })
    expect(complaints.filter((text) => !text.includes('422'))).toEqual([])
  })

  test('is answered by the keyboard alone, and shows then what was decided', async () => {
    const { page, complaints, read } = await open()
    expect(await page.title()).toBe('Ask the manager')
    await page.getByLabel('Reason').focus()
    await page.keyboard.type('As agreed')
    await page.keyboard.press('Enter')
    expect((await read()).status).toBe('open')

    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('status').waitFor()

    expect(await page.getByRole('status').textContent()).toContain('Approved')
    expect(await page.getByRole('button').count()).toBe(0)
    expect(await read()).toMatchObject({ status: 'answered', outcome: { decision: 'approve' } })
    expect(complaints).toEqual([])
  })

  test('is rejected with its other button, whatever the fields want', async () => {
    const { page, complaints, read } = await open()
    await page.getByRole('button', { name: 'Reject' }).click()
    await page.getByRole('status').waitFor()

    expect(await page.getByRole('status').textContent()).toContain('Rejected')
    expect(await page.getByRole('button').count()).toBe(0)
    expect(await read()).toMatchObject({ status: 'answered', outcome: { decision: 'reject' } })
    expect(complaints).toEqual([])
  })

  test('that was answered meanwhile says so to a press, and when it is opened again; nothing changes', async () => {
    const { page, read, answer } = await open()
    await answer('reject')
    const decided = await read()
    await page.getByRole('button', { name: 'Approve' }).click()
    await page.getByRole('button').waitFor({ state: 'detached' })
    expect(await page.getByRole('main').textContent()).toContain('Rejected')
    await page.reload()

    expect(await page.getByRole('main').textContent()).toContain('Rejected')
    expect(await page.getByRole('button').count()).toBe(0)
    expect(await read()).toEqual(decided)
  })

  test('whose time is over says so to a press, and has nothing to press', async () => {
    const { ask, ...others } = asking.nodes as { [id: string]: JsonObject }
    const { page, read } = await open({ ...asking, nodes: { ...others, ask: { ...ask, timeoutSeconds: 1 } } })
    await expect.poll(async () => (await read()).status, { timeout: 15_000 }).toBe('expired')
    await page.getByRole('button', { name: 'Approve' }).click()
    await page.getByRole('button').waitFor({ state: 'detached' })

    expect(await page.getByRole('main').textContent()).toMatch(/expired|time is over|too late/i)
    expect((await read()).status).toBe('expired')
  })

  test('puts what is wrong in focus, and leads from there to the field', async () => {
    const { page, read } = await open()
    await page.getByLabel('Ticket').fill('{not json')
    await page.getByRole('button', { name: 'Approve' }).click()
    await page.getByRole('alert').waitFor()

    expect(await page.title()).toBe('Error: Ask the manager')
    expect(await page.evaluate('document.activeElement.getAttribute("role")')).toBe('alert')
    await page.getByRole('link', { name: /must be JSON/ }).click()
    expect(await page.evaluate('document.activeElement.id')).toBe('field-ticket')
    expect(await page.getByLabel('Ticket').inputValue()).toBe('{not json')
    expect((await read()).status).toBe('open')
  })
})
