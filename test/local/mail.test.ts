import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  BadRequestException,
  ListEmailIdentitiesCommand,
  SESv2Client,
  SendEmailCommand,
  type SendEmailCommandInput,
} from '@aws-sdk/client-sesv2'
import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LocalMail, openMail } from '../../infra/local/mail/open.ts'
import { serveOutbox } from '../../infra/local/outbox.ts'
import { inProcess } from '../../infra/local/wire.ts'
import { systemClock } from '../../shared/aws/clock.ts'
import { keptLog } from './kept-log.ts'

let dir: string
let mail: LocalMail
let client: SESv2Client
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'sluice-mail-'))
  mail = openMail({ dir, clock: systemClock, log: keptLog() })
  client = new SESv2Client({
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: inProcess(mail),
  })
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const message = (more: Partial<SendEmailCommandInput> = {}): SendEmailCommandInput => ({
  FromEmailAddress: 'sluice@example.com',
  Destination: { ToAddresses: ['ann@example.com'] },
  Content: {
    Simple: {
      Subject: { Data: 'Grüße und ein langer Betreff, der in mehrere Wörter zerfällt' },
      Body: { Text: { Data: 'Größe' }, Html: { Data: '<p>Größe</p>' } },
      Headers: [{ Name: 'Idempotency-Key', Value: 'run:step' }],
    },
  },
  ...more,
})

describe('the SES endpoint', () => {
  test('keeps a message as a file that its owner alone may read, and lists it', async () => {
    const { MessageId } = await client.send(new SendEmailCommand(message()))
    const [file = ''] = readdirSync(join(dir, 'mail')).filter((name) => name.endsWith('.eml'))
    const text = readFileSync(join(dir, 'mail', file), 'utf8')

    expect(statSync(join(dir, 'mail', file)).mode & 0o777).toBe(0o600)
    expect(text).toContain(`Message-ID: <${MessageId}@local>\r\n`)
    expect(text).toContain('To: ann@example.com\r\n')
    expect(text).toContain('Idempotency-Key: run:step\r\n')
    expect(text.split('\r\n').every((line) => line.length <= 78)).toBe(true)
    const words = [...text.matchAll(/=\?UTF-8\?B\?([^?]+)\?=/g)].map(([, word]) =>
      Buffer.from(word!, 'base64'),
    )
    expect(Buffer.concat(words).toString()).toBe(message().Content!.Simple!.Subject!.Data)
    expect(text).toContain(Buffer.from('<p>Größe</p>').toString('base64'))
    expect(mail.list(10)).toMatchObject([{ id: MessageId, to: ['ann@example.com'], text: 'Größe' }])
  })

  test.each([
    [{ Destination: { ToAddresses: ['nobody'] } }],
    [{ Destination: { ToAddresses: [] } }],
    [{ FromEmailAddress: 'a@b\r\nX: y' }],
    [{ Content: { Simple: { Subject: { Data: 'x' }, Body: {} } } }],
  ])('refuses %j as SES does', async (more) => {
    await expect(client.send(new SendEmailCommand(message(more)))).rejects.toBeInstanceOf(BadRequestException)
  })

  test('refuses by name what the product does not use', async () => {
    await expect(client.send(new ListEmailIdentitiesCommand({}))).rejects.toMatchObject({
      name: 'UnknownOperationException',
    })
  })
})

describe('the outbox', () => {
  let server: Server
  let url: string
  beforeAll(async () => {
    server = createServer((request, response) => void serveOutbox(mail, request, response))
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/local/mail`
  })
  afterAll(() => void server.close())

  test('is shown to programs of this machine', async () => {
    const response = await request(url)

    expect(response.statusCode).toBe(200)
    expect(await response.body.json()).toMatchObject({ data: [{ to: ['ann@example.com'] }] })
  })

  test.each([
    [{ origin: 'https://evil.example' }],
    [{ host: 'evil.example' }],
    [{ 'sec-fetch-site': 'cross-site' }],
  ])('and to no web page: %j', async (headers: Record<string, string>) => {
    const { statusCode, body } = await request(url, { headers })
    await body.dump()

    expect(statusCode).toBe(403)
  })
})
