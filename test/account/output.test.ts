import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { formsOf } from '../faces/canaries/forms-of.ts'
import { call } from './call.ts'
import { type AccountChild, startAccount } from './child.ts'
import { refusedWith } from './watch.ts'

// What the process itself writes, at its most talkative: doors, front and endpoints have lines of their own (J1).

let account: AccountChild
let host: string
let output = ''
beforeAll(async () => {
  host = await closedPort()
  account = await startAccount({ env: { SLUICE_LOG: 'debug', SLUICE_OUTBOUND_ALLOW: host } })
  for (const stream of [account.process.stdout, account.process.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
})
afterAll(() => account.stop())

/** An address at which nobody answers. */
async function closedPort(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return `127.0.0.1:${port}`
}

const planted: Record<string, string> = {}
function canary(name: string): string {
  planted[name] = `cnry-${name.replaceAll(' ', '-')}+"<!>-${randomBytes(12).toString('hex')}`
  return planted[name]
}
const key = () => ({ url: account.url, key: account.demo.apiKey })
const plain = (path: string, body: string, headers: Record<string, string> = {}) =>
  fetch(account.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })

test('J1 nothing secret is in the output of the process, whatever is sent to it', async () => {
  const { email, password } = account.demo
  const body = { username: email, password }
  const login = await call<{ token: string }>(key(), 'POST', '/api/v1/auth/login', body)
  Object.assign(planted, { token: login.body.token, password, key: account.demo.apiKey })
  await plain('/api/v1/auth/login', JSON.stringify({ username: email, password: canary('wrong password') }))
  await plain('/api/v1/auth/login', `{"username": "a", "password": "${canary('cut short')}`)
  await plain('/v1/flow', '{}', { authorization: `Bearer ${canary('made up token')}` })
  await fetch(`${account.url}/v1/flow?token=${encodeURIComponent(canary('token in the query'))}`)
  const secret = { key: 'CRM', value: canary('secret') }
  await call(key(), 'POST', '/api/v1/accounts/me/secrets', secret)
  const made = await call<{ _id: string }>(key(), 'POST', '/v1/flow', {
    definition: {
      metadata: { name: 'Nobody answers' },
      triggers: [{ type: 'api' }],
      inputs: [{ name: 'pin', type: 'password' }],
      nodes: {
        call: {
          type: 'http.request',
          params: {
            url: `http://${host}/{{secrets.CRM}}`,
            headers: { 'x-key': '${secrets.CRM}', 'x-pin': '{{inputs.pin}}' },
          },
        },
      },
    },
  })
  await call(key(), 'POST', `/v1/flow/${made.body._id}/publish`)
  const run = { pin: canary('pin') }
  const failed = await call(key(), 'POST', `/v1/client/flow/${made.body._id}/execute`, run)
  const started = await plain('/api/server/v1/flow/execute', '{"flowType": "REGISTRATION"}')
  const { flowId } = (await started.json()) as { flowId: string }
  planted.flowId = flowId
  const inputs = { email: 'sasha@example.com', password: canary('password of a user') }
  await plain('/api/server/v1/flow/execute', JSON.stringify({ flowId, actionId: 'submit', inputs }))
  const query = `?token=${encodeURIComponent(canary('token of a socket'))}`
  const socket = await refusedWith(account.url, '00000000-0000-4000-8000-000000000000', { query })
  await call(key(), 'POST', '/api/v1/auth/logout')
  await expect.poll(() => output).toContain('Mail kept')

  expect([login.status, failed.status, socket]).toEqual([200, 422, 400])
  const found = Object.entries(planted).filter(([, value]) =>
    formsOf(value).some((form) => output.includes(form)),
  )
  expect(found.map(([name]) => name)).toEqual([])
})
