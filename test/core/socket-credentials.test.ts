import type { DynamoDBRecord } from 'aws-lambda'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApiKey, revokeApiKey } from '../../shared/core/api-keys.ts'
import { authenticate } from '../../shared/core/authenticate.ts'
import { changeAccount } from '../../shared/core/change-account.ts'
import { logOut } from '../../shared/core/sign-in.ts'
import { sweepConnections } from '../../shared/core/sweep-connections.ts'
import { applyChanges } from '../../shared/core/updates.ts'
import type { ListedConnection } from '../connection-list.ts'
import { tokenFor } from '../tenants.ts'
import { passTime } from './runs-fixture.ts'
import { openSocketsWorld, runCalls, type SocketsWorld, socketCalls } from './sockets-fixture.ts'

let opened: SocketsWorld
beforeAll(async () => {
  opened = await openSocketsWorld()
})
afterAll(() => opened.close())

const { begin, work } = runCalls(() => opened)
const { taken, apply, connect, rowsOf } = socketCalls(() => opened)

describe('a credential that ends', () => {
  const told = ({ texts }: ListedConnection) => JSON.parse(texts.at(-1) ?? '{}')

  test('P13 closes what it opened: a key that is revoked', async () => {
    const run = await begin()
    const admin = await authenticate(opened.world, `Bearer ${opened.acme.token.admin}`)
    const { key, id } = await createApiKey(opened.world, admin, { name: 'Watch', scopes: ['runs:read'] })
    const [byKey, byToken] = [await connect(run.id, { key }), await connect(run.id)]
    await apply()
    await revokeApiKey(opened.world, admin, id)
    await apply()

    expect([told(byKey).code, byKey.closed, byToken.closed]).toEqual([4401, true, false])
    expect(await rowsOf(byKey)).toEqual([])
  })

  test('P13 closes what it opened: an account whose role changes', async () => {
    const run = await begin()
    const viewer = await connect(run.id, { key: await tokenFor(opened.world, opened.acme.account.viewer) })
    await apply()
    const admin = await authenticate(opened.world, `Bearer ${opened.acme.token.admin}`)
    await changeAccount(opened.world, admin, opened.acme.account.viewer.id, { role: 'user' })
    await apply()

    expect([told(viewer).code, viewer.closed]).toEqual([4401, true])
  })

  test('between handshake and arrival is found when the row comes', async () => {
    const run = await begin()
    const token = await tokenFor(opened.world, opened.acme.account.user)
    const watcher = await connect(run.id, { key: token })
    await logOut(opened.world, await authenticate(opened.world, `Bearer ${token}`))
    const changes = await taken()
    const isSession = ({ dynamodb }: DynamoDBRecord) => dynamodb?.Keys?.sk?.S?.startsWith('SESS#') === true
    // As if the stream had told of the session before there was a row to find.
    await passTime(
      opened.clock,
      applyChanges(
        opened.world,
        changes.filter((change) => !isSession(change)),
      ),
    )

    expect(watcher.texts.map((text) => JSON.parse(text).type)).toEqual(['closing'])
    expect(watcher.closed).toBe(true)
  })

  test('by its own time is found by the sweep, if the run is quiet', async () => {
    const run = await begin()
    const admin = await authenticate(opened.world, `Bearer ${opened.acme.token.admin}`)
    const expiresAt = new Date(opened.clock.now() + 3600_000).toISOString()
    const wish = { name: 'Short', scopes: ['runs:read' as const], expiresAt }
    const { key } = await createApiKey(opened.world, admin, wish)
    const watcher = await connect(run.id, { key })
    await apply()
    await passTime(opened.clock, sweepConnections(opened.world))
    await apply()
    expect(watcher.closed).toBe(false)
    await opened.clock.advance(3600_000)
    await passTime(opened.clock, sweepConnections(opened.world))
    await apply()

    expect([told(watcher).code, watcher.closed]).toEqual([4401, true])
  })

  test('by its own time closes at the next message', async () => {
    const run = await begin()
    const token = await tokenFor(opened.world, opened.acme.account.user)
    const watcher = await connect(run.id, { key: token })
    await apply()
    await opened.clock.advance(24 * 3600_000)
    await work(run, 'one')
    await apply()

    expect(told(watcher).code).toBe(4401)
  })
})
