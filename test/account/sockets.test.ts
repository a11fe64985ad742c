import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe } from 'vitest'
import { startAccount } from './child.ts'
import { callsTo, type Live } from './sockets/calls.ts'
import { clientTexts } from './sockets/client-texts.ts'
import { credentials } from './sockets/credentials.ts'
import { messages } from './sockets/messages.ts'
import { seed003 } from './sockets/seed-003.ts'
import { stream } from './sockets/stream.ts'
import { openStub } from './stub.ts'

/** Live updates of seed 003 against `npm start`. */
let opened: Live
beforeAll(async () => {
  const stub = await openStub(({ path }) => ({
    status: path === '/fails' ? 500 : 200,
    body: { key: 'value' },
  }))
  opened = { stub, account: await startAccount({ env: { SLUICE_OUTBOUND_ALLOW: stub.host } }) }
})
afterAll(async () => {
  const { account, stub } = opened
  await account.stop()
  await stub.close()
  rmSync(account.folder, { recursive: true, force: true })
})

const calls = callsTo(() => opened)

describe('seed 003', () => seed003(calls))
describe('messages', () => messages(calls))
describe('the stream', () => stream(calls))
describe('credentials', () => credentials(calls))
describe('what a client sends', () => clientTexts(calls))
