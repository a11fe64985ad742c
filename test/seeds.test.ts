import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe } from 'vitest'
import { startAccount } from './account/child.ts'
import { openStub } from './account/stub.ts'
import { callsTo, type Opened } from './seeds/calls.ts'
import { seed001 } from './seeds/seed-001.ts'
import { seed003 } from './seeds/seed-003.ts'
import { seed004 } from './seeds/seed-004.ts'

/** Every request printed in the seeds, replayed against `npm start`: the routes that are there so far. */
let opened: Opened
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
describe('seed 004', () => seed004(calls))
describe('seed 001', () => seed001(calls))
