import { expect, test } from 'vitest'
import { call } from '../call.ts'
import { refusedWith, watch } from '../watch.ts'
import { type Calls, moment } from './calls.ts'

/** With what a socket is opened, and what becomes of it when that ends. */
export function credentials({ live, ends, httpStep, atQuestion }: Calls): void {
  const login = async () => {
    const { email: username, password } = live().account.demo
    const body = { username, password }
    return (await call<{ token: string }>(ends(), 'POST', '/api/v1/auth/login', body)).body.token
  }
  const ticketFor = async (runId: string, key = live().account.demo.apiKey) =>
    (
      await call<{ ticket: string }>({ url: live().account.url, key }, 'POST', '/v1/socket-tickets', {
        runId,
      })
    ).body.ticket

  test('L6 are asked for before the upgrade', async () => {
    const run = await atQuestion(httpStep('one', '/1'))
    const unknown = '00000000-0000-4000-8000-000000000000'
    const key = live().account.demo.apiKey
    const asked = (options: Parameters<typeof refusedWith>[2], id = run) =>
      refusedWith(live().account.url, id, options)

    expect(await asked({})).toBe(401)
    expect(await asked({ key: 'nobody' })).toBe(401)
    expect(await asked({ key }, unknown)).toBe(404)
    expect(await asked({ key }, 'not-an-id')).toBe(404)
    expect(await asked({ key, headers: { origin: 'https://evil.example' } })).toBe(403)
    expect(await asked({ key, query: `?token=${key}` })).toBe(400)
    expect(await asked({ key, query: '?after=-1' })).toBe(400)
    expect(await asked({ key, query: '?after=1&after=2' })).toBe(400)
    expect(await asked({ key, query: '?after=9999' })).toBe(400)
    expect(await asked({ key, query: '?since=1' })).toBe(400)
    expect(await asked({ protocols: [`bearer.${key}`] })).toBe(400)
    expect(await asked({ key, protocols: ['sluice', `bearer.${key}`] })).toBe(400)
    expect((await fetch(`${live().account.url}/ws/executions/${run}`)).status).toBe(426)
  })

  test('may come among the subprotocols, of which the reply names only its own', async () => {
    const run = await atQuestion(httpStep('one', '/1'))
    const { socket } = await watch(live().account.url, run, {
      protocols: ['sluice', `bearer.${await login()}`],
    })

    expect(socket.protocol).toBe('sluice')
    socket.terminate()
  })

  test('a ticket opens its run once', async () => {
    const run = await atQuestion(httpStep('one', '/1'))
    const other = await atQuestion(httpStep('one', '/1'))
    const ticket = await ticketFor(run)
    const protocols = ['sluice', `bearer.${ticket}`]
    const elsewhere = await refusedWith(live().account.url, other, { protocols })
    const tries = await Promise.all(
      Array.from({ length: 8 }, () => refusedWith(live().account.url, run, { protocols })),
    )

    expect(ticket).toMatch(/^tkt_[\w-]{43}$/)
    expect(elsewhere).toBe(404)
    expect(tries.sort()).toEqual([101, ...Array(7).fill(401)])
    expect(await refusedWith(live().account.url, run, { key: await ticketFor(run) })).toBe(401)
  })

  test('B4 logout closes the sockets of the session within a second, and of no other', async () => {
    const run = await atQuestion(httpStep('one', '/1'))
    const [token, another] = [await login(), await login()]
    const mine = await watch(live().account.url, run, { key: token })
    const viaTicket = await watch(live().account.url, run, {
      protocols: ['sluice', `bearer.${await ticketFor(run, token)}`],
    })
    const others = await watch(live().account.url, run, { key: another })
    await call({ url: live().account.url, key: token }, 'POST', '/api/v1/auth/logout')
    const started = performance.now()
    const codes = await Promise.all([mine.closed, viaTicket.closed])

    expect(performance.now() - started).toBeLessThan(1000)
    expect(codes).toEqual([1000, 1000])
    for (const { messages } of [mine, viaTicket])
      expect(messages.at(-1)).toEqual({
        type: 'closing',
        execution_id: run,
        code: 4401,
        reason: 'session_ended',
        timestamp: expect.stringMatching(moment),
      })
    expect(others.socket.readyState).toBe(others.socket.OPEN)
    others.socket.terminate()
  })
}
