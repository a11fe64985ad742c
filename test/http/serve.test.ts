import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { caller } from './caller.ts'
import { refusing, toyServed } from './toy.ts'
import { openToyWorld, type ToyWorld } from './toy-world.ts'

let toys: ToyWorld
beforeAll(async () => {
  toys = await openToyWorld()
})
afterAll(() => toys.close())
beforeEach(() => {
  toys.toy.reply = async () => ({ body: { fine: true } })
})

const id = '0d6c8a53-5a0f-4a57-9d0e-5a0f6f3c7f11'
const ulid = /^req_[0-9A-HJKMNP-TV-Z]{26}$/
const read = (headers: Record<string, string> = {}) =>
  toys.send('GET', '/toys', { as: toys.acme.token.viewer, headers })

describe('every answer', () => {
  test('has a request id of its own and the headers of safety', async () => {
    const [first, second] = [await read(), await read()]

    expect(first.headers).toMatchObject({
      'request-id': expect.stringMatching(ulid),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'content-type': 'application/json',
    })
    expect(first.headers['request-id']).not.toBe(second.headers['request-id'])
    expect(first.headers).not.toHaveProperty('strict-transport-security')
  })

  test('asks for https where the service has it', async () => {
    const settings = { ...toys.world.settings, baseUrl: 'https://api.example.com' }
    const send = caller({ ...toys.world, settings }, toyServed(toys.toy))

    expect((await send('GET', '/open')).headers['strict-transport-security']).toMatch(/^max-age=\d+/)
  })

  test('echoes the caller’s own id if it is one', async () => {
    const { headers } = await read({ 'x-request-id': 'theirs-1.2_3' })

    expect(headers['x-request-id']).toBe('theirs-1.2_3')
    expect(headers['request-id']).toMatch(ulid)
  })

  test.each(['a b', 'a\r\nset-cookie: x', 'ä', '', 'x'.repeat(129), '<script>'])(
    'drops %j as an id',
    async (theirs) => {
      expect((await read({ 'x-request-id': theirs })).headers).not.toHaveProperty('x-request-id')
    },
  )

  test('tells of the run that it is about', async () => {
    toys.toy.reply = async () => ({ body: 1, run: { id: 'r1', status: 'waiting', version: 3 } })
    const published = await read()
    toys.toy.reply = async () => ({ body: 1, run: { id: 'r1', status: 'queued', version: null } })
    const draft = await read()

    expect(published.headers).toMatchObject({
      'sluice-run-id': 'r1',
      'sluice-run-status': 'waiting',
      'sluice-flow-version': '3',
    })
    expect(draft.headers).not.toHaveProperty('sluice-flow-version')
  })
})

describe('methods', () => {
  test('HEAD is GET without its body', async () => {
    toys.toy.reply = async () => ({ body: { fine: true }, etag: '"r1"' })
    const { status, text, headers } = await toys.send('HEAD', `/toys/${id}`, { as: toys.acme.token.viewer })

    expect([status, text, headers.etag, headers['content-type']]).toEqual([
      200,
      '',
      '"r1"',
      'application/json',
    ])
  })

  test('a wrong method is 405 and tells the right ones', async () => {
    const { status, headers, body } = await toys.send('PUT', `/toys/${id}`, { as: toys.acme.token.user })

    expect([status, body.code, headers.allow]).toEqual([
      405,
      'method_not_allowed',
      'GET, HEAD, PATCH, DELETE, OPTIONS',
    ])
  })

  test('C8 headers that ask for another method are not read', async () => {
    const headers = { 'x-http-method-override': 'DELETE', 'x-method-override': 'DELETE' }
    await read(headers)

    expect(toys.toy.last).toMatchObject({ query: {} })
    expect((await toys.send('TRACE', '/toys')).status).toBe(405)
  })

  test('a path that is none is 404, signed in or not', async () => {
    const [stranger, member] = [
      await toys.send('GET', '/nowhere'),
      await toys.send('GET', '/toys/nowhere', { as: toys.acme.token.admin }),
    ]

    expect([stranger.status, member.status, stranger.body.code]).toEqual([404, 404, 'not_found'])
  })

  test('a door that knows the whole table answers for the others, but does not do their work', async () => {
    const { routes, wordsFor } = toyServed(toys.toy)
    const open = routes.filter(({ path }) => path === '/open')
    const send = caller(toys.world, { routes: open, table: async () => routes, wordsFor })
    const before = toys.toy.calls.length

    const statuses = await Promise.all(
      [
        ['PUT', '/toys'],
        ['OPTIONS', '/toys'],
        ['GET', '/toys'],
        ['GET', '/open'],
      ].map(async ([method, path]) => (await send(method!, path!)).status),
    )

    expect(statuses).toEqual([405, 204, 404, 200])
    expect(toys.toy.calls.length).toBe(before + 1)
  })
})

describe('who calls', () => {
  test.each([
    ['nothing', undefined, 'Bearer realm="sluice"'],
    ['a bad token', 'Bearer nonsense', 'Bearer realm="sluice", error="invalid_token"'],
    ['another scheme', 'Basic YTpi', 'Bearer realm="sluice", error="invalid_token"'],
    [
      'a key that is none',
      `Bearer pat_${'a'.repeat(12)}_${'b'.repeat(43)}`,
      'Bearer realm="sluice", error="invalid_token"',
    ],
    ['an empty token', 'Bearer ', 'Bearer realm="sluice", error="invalid_token"'],
  ])('%s is 401, one body for every cause', async (_what, authorization, challenge) => {
    const answer = await toys.send('GET', '/toys', {
      headers: authorization === undefined ? {} : { authorization },
    })
    const { requestId: _, ...body } = answer.body

    expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, challenge])
    expect(body).toEqual({ code: 'unauthorized', message: 'A valid credential is needed', details: {} })
  })

  test('K13 two credentials are 400', async () => {
    const { viewer } = toys.acme.token
    const { status, body } = await read({ authorization: `Bearer ${viewer}, Bearer ${viewer}` })

    expect([status, body.code]).toEqual([400, 'invalid_request'])
  })

  test('cookies are not read', async () => {
    const headers = { cookie: `authorization=Bearer ${toys.acme.token.admin}` }

    expect((await toys.send('GET', '/toys', { headers })).status).toBe(401)
  })

  test('an open route ignores a credential, whatever it is', async () => {
    const { status } = await toys.send('GET', '/open', { as: 'nonsense' })

    expect([status, toys.toy.last.principal.actor]).toEqual([200, 'nobody'])
  })

  test('the answer is given who calls, and from where', async () => {
    await toys.send('GET', '/toys', { as: toys.acme.token.user, address: '198.51.100.9' })

    expect(toys.toy.last.principal).toMatchObject({
      orgId: toys.acme.orgId,
      actor: `user:${toys.acme.account.user.id}`,
      role: 'user',
      address: '198.51.100.9',
      requestId: expect.stringMatching(ulid),
    })
  })
})

describe('who may', () => {
  test('a role that does not have the scope is 403, and nothing is done', async () => {
    const before = toys.toy.calls.length
    const { status, body } = await toys.send('POST', '/toys', {
      as: toys.acme.token.viewer,
      body: { name: 'a' },
    })

    expect([status, body.code, toys.toy.calls.length]).toEqual([403, 'forbidden', before])
  })

  test('a key that does not have the scope is 403, whatever its maker may', async () => {
    const key = await toys.acme.key('admin', ['flows:read'])
    const denied = await toys.send('POST', '/toys', { as: key, body: { name: 'a' } })
    const allowed = await toys.send('GET', '/toys', { as: key })

    expect([denied.status, allowed.status]).toEqual([403, 200])
  })

  test('a key is no person', async () => {
    const key = await toys.acme.key('admin', ['accounts:admin', 'flows:read'])

    expect((await toys.send('POST', '/me', { as: key })).status).toBe(403)
    expect((await toys.send('POST', '/me', { as: toys.acme.token.viewer })).status).toBe(200)
  })

  test('404 comes before 403 for what the organisation does not have', async () => {
    const { status, body } = await toys.send('DELETE', `/toys/${id}`, { as: toys.acme.token.viewer })

    expect([status, body.code]).toEqual([404, 'not_found'])
  })

  test('what a body asks for may need more than the route', async () => {
    const named = (name: string, as: string) => toys.send('PATCH', `/toys/${id}`, { as, body: { name } })

    expect((await named('other', toys.acme.token.user)).status).toBe(200)
    expect((await named('admin', toys.acme.token.admin)).status).toBe(200)
    // The toy's object is no flow of the organisation, so that is what is said first.
    expect((await named('admin', toys.acme.token.user)).status).toBe(404)
  })
})

describe('what goes wrong', () => {
  test('a refusal goes out in the words of the face, with its headers', async () => {
    toys.toy.reply = refusing('unavailable', { reason: 'throttled', retryAfterSeconds: 3 })
    const { status, headers, body } = await read()

    expect([status, headers['retry-after'], body.code]).toEqual([503, '3', 'unavailable'])
    expect(body.requestId).toBe(headers['request-id'])
  })

  test('J5 a bug is a bare 500, logged once under the request’s id', async () => {
    toys.toy.reply = async () => {
      throw new Error('arn:aws:dynamodb:secret table')
    }
    const before = toys.log.lines.length
    const { status, text, headers } = await read({ 'x-request-id': 'theirs' })
    const logged = toys.log.lines.slice(before).filter(({ level }) => level === 'error')

    expect(status).toBe(500)
    expect(text).not.toMatch(/arn:|secret|stack/)
    expect(logged).toEqual([
      {
        level: 'error',
        message: 'A request failed',
        fields: expect.objectContaining({
          requestId: headers['request-id'],
          theirRequestId: 'theirs',
          org: toys.acme.orgId,
          message: 'arn:aws:dynamodb:secret table',
        }),
      },
    ])
  })

  test('what is thrown need not be an error', async () => {
    toys.toy.reply = () => Promise.reject('text')

    expect((await read()).status).toBe(500)
  })

  test('an answer that does not come in time is 500 before the function is stopped', async () => {
    toys.toy.reply = () => new Promise(() => {})
    const before = toys.toy.calls.length
    const answer = toys.send('GET', '/toys', { as: toys.acme.token.viewer, remainingMs: 29_000 })
    await expect.poll(() => toys.toy.calls.length).toBeGreaterThan(before)
    await toys.clock.advance(28_700)

    expect([(await answer).status, (await answer).body.code]).toEqual([500, 'internal_error'])
  })
})

describe('traceparent', () => {
  test('is taken over if it is well formed', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    await read({ traceparent })

    expect(toys.toy.last.traceparent).toBe(traceparent)
  })

  test.each([
    undefined,
    'nonsense',
    '00-00000000000000000000000000000000-00f067aa0ba902b7-01',
    '00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01',
    'ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    '00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01',
  ])('%s is replaced by a new one', async (traceparent) => {
    await read(traceparent === undefined ? {} : { traceparent })

    expect(toys.toy.last.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
    expect(toys.toy.last.traceparent).not.toBe(traceparent)
  })
})
