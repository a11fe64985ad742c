import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { authenticate } from '../../shared/core/authenticate.ts'
import { saveAndPublish } from '../../shared/core/publish.ts'
import { forget } from '../../shared/core/socket-texts.ts'
import { startRun } from '../../shared/core/start-run.ts'
import { putConnection } from '../../shared/store/connections.ts'
import { transact } from '../../shared/store/transact.ts'
import { asking } from './runs-fixture.ts'
import {
  type ConnectOptions,
  openSocketsWorld,
  runCalls,
  type SocketsWorld,
  socketCalls,
} from './sockets-fixture.ts'

let opened: SocketsWorld
beforeAll(async () => {
  opened = await openSocketsWorld()
})
afterAll(() => opened.close())

const { begin } = runCalls(() => opened)
const { taken, connect, rowsOf } = socketCalls(() => opened)

describe('a handshake', () => {
  const refusal = async (run: string, options: ConnectOptions = {}) =>
    connect(run, options).then(
      () => 'admitted',
      ({ code }) => code,
    )

  test('of another organisation finds no run', async () => {
    const run = await begin()

    expect(await refusal(run.id, { key: opened.other.token.admin })).toBe('not_found')
    expect(await refusal('00000000-0000-4000-8000-000000000000')).toBe('not_found')
  })

  test('needs the right to read runs', async () => {
    const run = await begin()

    expect(await refusal(run.id, { key: await opened.acme.key('admin', ['flows:write']) })).toBe('forbidden')
    expect(await refusal(run.id, { key: await opened.acme.key('viewer', ['runs:read']) })).toBe('admitted')
    expect(await refusal(run.id, { key: opened.acme.token.viewer })).toBe('admitted')
  })

  test('of a page is for listed origins', async () => {
    const run = await begin()

    expect(await refusal(run.id, { headers: { origin: 'https://app.example' } })).toBe('admitted')
    expect(await refusal(run.id, { headers: { origin: 'https://app.example.evil.example' } })).toBe(
      'forbidden',
    )
  })

  test('is refused over 5,000 open sockets', async () => {
    const run = await begin()
    const theirs = { orgId: opened.other.orgId, runId: run.id, accountId: opened.other.account.user.id }
    const row = {
      ...theirs,
      credential: { kind: 'SESS' as const, id: 's' },
      until: null,
      openedAt: '',
      after: 0,
      ttl: 1e10,
    }
    for (let at = 0; at < 5000; at += 25)
      await transact(
        opened.world,
        Array.from({ length: 25 }, (_, n) => putConnection({ ...row, id: `full${at + n}` })[2]!),
      )
    const { id } = await saveAndPublish(
      opened.world,
      { orgId: opened.other.orgId, actor: 'user:x' },
      { definition: asking },
    ).then(({ flow: saved }) => saved)
    const caller = await authenticate(opened.world, `Bearer ${opened.other.token.user}`)
    const order = { flowId: id, inputs: {}, trigger: { type: 'api' }, waitSeconds: 0 }
    const { run: their } = await startRun(opened.world, caller, order)

    expect(await refusal(their.id, { key: opened.other.token.user })).toBe('rate_limited')
    await taken()
  })
})

test('a goodbye leaves nothing', async () => {
  const watcher = await connect((await begin()).id)
  await forget(opened.world, watcher.id)
  await forget(opened.world, watcher.id)

  expect(await rowsOf(watcher)).toEqual([])
})
