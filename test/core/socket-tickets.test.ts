import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { authenticate } from '../../shared/core/authenticate.ts'
import { logOut } from '../../shared/core/sign-in.ts'
import { makeTicket } from '../../shared/core/socket-tickets.ts'
import { admit } from '../../shared/core/sockets.ts'
import { allItems } from '../all-items.ts'
import { tokenFor } from '../tenants.ts'
import { openSocketsWorld, runCalls, type SocketsWorld } from './sockets-fixture.ts'

let opened: SocketsWorld
beforeAll(async () => {
  opened = await openSocketsWorld()
})
afterAll(() => opened.close())

const { begin } = runCalls(() => opened)

describe('a ticket', () => {
  let made = 0
  const withTicket = async (ticket: string, run: string) => {
    const headers = { 'sec-websocket-protocol': `sluice, bearer.${ticket}` }
    const handshake = { connectionId: `c${++made}=`, headers, query: { execution_id: [run] } }
    return await admit(opened.world, handshake).then(
      () => 'admitted',
      ({ code }) => code,
    )
  }

  test('lives for a minute', async () => {
    const run = await begin()
    const { ticket, expiresAt } = await makeTicket(opened.world, opened.who, run.id)
    await opened.clock.advance(60_000)

    expect(Date.parse(expiresAt)).toBe(opened.clock.now())
    expect(await withTicket(ticket, run.id)).toBe('unauthorized')
  })

  test('counts as long as what it was asked for with', async () => {
    const run = await begin()
    const token = await tokenFor(opened.world, opened.acme.account.user)
    const caller = await authenticate(opened.world, `Bearer ${token}`)
    const { ticket } = await makeTicket(opened.world, caller, run.id)
    await logOut(opened.world, caller)

    expect(await withTicket(ticket, run.id)).toBe('unauthorized')
  })

  test('is not made for a run of another organisation, and lies there as a digest', async () => {
    const run = await begin()
    const stranger = await authenticate(opened.world, `Bearer ${opened.other.token.admin}`)
    const { ticket } = await makeTicket(opened.world, opened.who, run.id)

    await expect(makeTicket(opened.world, stranger, run.id)).rejects.toMatchObject({ code: 'not_found' })
    expect(JSON.stringify(await allItems(opened.world))).not.toContain(ticket)
    expect(await withTicket(ticket, run.id)).toBe('admitted')
    expect(await withTicket(ticket, run.id)).toBe('unauthorized')
  })
})
