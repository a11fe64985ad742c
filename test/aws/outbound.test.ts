import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { Agent } from 'undici'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeOutbound } from '../../shared/aws/outbound.ts'
import { blockedAddresses } from '../../shared/aws/outbound-rules.ts'
import { provenOutbound } from '../../shared/aws/outbound-self-test.ts'
import type { OutboundRequest } from '../../shared/world.ts'

let port: number
let answer: (request: IncomingMessage, response: ServerResponse) => void
const hits: IncomingMessage[] = []
const server = createServer((request, response) => {
  hits.push(request)
  answer(request, response)
})

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, resolve))
  port = (server.address() as AddressInfo).port
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  hits.length = 0
  answer = (_, response) => response.end('ok')
})

const get = (url: string, more: Partial<OutboundRequest> = {}): OutboundRequest => ({
  method: 'GET',
  url,
  headers: {},
  timeoutMs: 5000,
  ...more,
})
const allowing = () => makeOutbound({ allow: [`127.0.0.1:${port}`] })
const stub = () => `http://127.0.0.1:${port}`

describe('the list of addresses', () => {
  test.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.9.9.9',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.51.100.7',
    '203.0.113.9',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
  ])('I1 blocks %s', (address) => {
    expect(blockedAddresses.check(address, 'ipv4')).toBe(true)
  })

  test.each([
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '::ffff:169.254.169.254',
    '::127.0.0.1',
    '::ffff:0:7f00:1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '3fff::1',
    '5f00::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fec0::1',
    'ff02::1',
  ])('I1 blocks %s', (address) => {
    expect(blockedAddresses.check(address, 'ipv6')).toBe(true)
  })

  test.each([
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.1',
    '100.63.255.255',
    '100.128.0.1',
    '126.1.1.1',
    '128.0.0.1',
    '169.253.1.1',
    '172.15.0.1',
    '172.32.0.1',
    '192.167.1.1',
    '192.169.1.1',
    '198.17.0.1',
    '198.20.0.1',
    '223.255.255.255',
  ])('lets %s through', (address) => {
    expect(blockedAddresses.check(address, 'ipv4')).toBe(false)
  })

  test.each(['2606:4700::1111', '2a00:1450::1', '2400:cb00::1', '::ffff:8.8.8.8'])(
    'lets %s through',
    (address) => {
      expect(blockedAddresses.check(address, 'ipv6')).toBe(false)
    },
  )
})

describe('spellings of this machine', () => {
  test.each([
    '127.0.0.1',
    'localhost',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '127.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '①②⑦.⓪.⓪.①',
    '127。0。0。1',
  ])('I1 %s is refused before a socket exists', async (host) => {
    const refused = makeOutbound({ allow: [] })(get(`http://${host}:${port}/`))

    await expect(refused).rejects.toMatchObject({ code: 'Http.Blocked' })
    expect(hits).toHaveLength(0)
  })
})

test('I2 the address that a name gives at connect time is the one that is judged', async () => {
  // The name resolves to a public address first and to loopback next, as a rebinding name would.
  const lookups: string[] = []
  const lookup = (name: string, options: { all?: boolean }, found: (...result: unknown[]) => void) => {
    lookups.push(name)
    found(null, options.all ? [{ address: '127.0.0.1', family: 4 }] : '127.0.0.1', 4)
  }
  const guarded = new Agent({ connect: { blockList: blockedAddresses, lookup: lookup as never } })
  const outbound = makeOutbound({ allow: [], dispatchers: { guarded, open: guarded } })

  await expect(outbound(get(`http://localhost:${port}/`))).rejects.toMatchObject({ code: 'Http.Blocked' })
  expect(lookups).toEqual(['localhost'])
  expect(hits).toHaveLength(0)
})

describe('redirects', () => {
  test('are the answer for a caller who follows none', async () => {
    answer = (_, response) => response.writeHead(307, { location: '/elsewhere' }).end('moved')

    expect(await allowing()(get(stub(), { followsRedirects: false }))).toMatchObject({
      status: 307,
      body: 'moved',
    })
    expect(hits.map(({ url }) => url)).toEqual(['/'])
  })

  test.each([301, 302, 303, 307, 308])(
    'I3 a %s to an address that is not allowed is refused',
    async (status) => {
      answer = (_, response) => {
        response.writeHead(status, { location: `http://localhost:${port}/inside` })
        response.end()
      }

      await expect(allowing()(get(stub()))).rejects.toMatchObject({ code: 'Http.Blocked' })
      expect(hits).toHaveLength(1)
    },
  )

  test.each(['file:///etc/passwd', 'gopher://127.0.0.1/', 'ftp://127.0.0.1/'])(
    'I3 one to %s is refused',
    async (to) => {
      answer = (_, response) => response.writeHead(302, { location: to }).end()

      await expect(allowing()(get(stub()))).rejects.toMatchObject({ code: 'Http.Blocked' })
    },
  )

  test('I3 five are followed, the sixth is not', async () => {
    answer = (request, response) => {
      const hop = Number(request.url?.slice(1))
      if (hop < 5) response.writeHead(302, { location: `/${hop + 1}` }).end()
      else response.end(`after ${hop}`)
    }
    const five = await allowing()(get(`${stub()}/0`))
    const six = allowing()(get(`${stub()}/-1`))

    expect(five.body).toBe('after 5')
    await expect(six).rejects.toMatchObject({ code: 'Http.Blocked', message: 'More than 5 redirects' })
  })

  test('I3 credentials do not follow to another origin', async () => {
    const other = createServer((request, response) => response.end(JSON.stringify(request.headers)))
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const otherPort = (other.address() as AddressInfo).port
    answer = (_, response) => response.writeHead(307, { location: `http://127.0.0.1:${otherPort}/` }).end()
    const outbound = makeOutbound({ allow: [`127.0.0.1:${port}`, `127.0.0.1:${otherPort}`] })
    const headers = { authorization: 'Bearer x', cookie: 'a=b', 'x-api-key': 'k', accept: 'text/plain' }
    const { body } = await outbound(get(stub(), { headers: { ...headers, 'idempotency-key': 'one' } }))
    other.close()

    expect(JSON.parse(body)).toMatchObject({ accept: 'text/plain', 'idempotency-key': 'one' })
    expect(Object.keys(JSON.parse(body))).not.toEqual(expect.arrayContaining(['authorization']))
    expect(body).not.toMatch(/Bearer|x-api-key|cookie/)
  })
})

describe('limits', () => {
  test('I5 one that never answers is a time-out', async () => {
    answer = () => {}

    await expect(allowing()(get(stub(), { timeoutMs: 150 }))).rejects.toMatchObject({ code: 'Http.Timeout' })
  })

  test('I5 an answer over 5 MiB is refused, also when it was small before decompression', async () => {
    const large = Buffer.alloc(6 * 1024 * 1024, 'a')
    answer = (request, response) => {
      if (request.url === '/zip') response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(large))
      else response.end(large)
    }

    await expect(allowing()(get(`${stub()}/plain`))).rejects.toMatchObject({ code: 'Http.TooLarge' })
    await expect(allowing()(get(`${stub()}/zip`))).rejects.toMatchObject({ code: 'Http.TooLarge' })
  })

  test.each([22, 25, 6379, 5432, 1])('I6 port %s is refused', async (refused) => {
    await expect(makeOutbound({ allow: [] })(get(`http://example.com:${refused}/`))).rejects.toMatchObject({
      code: 'Http.Blocked',
      message: `Port ${refused} may not be called`,
    })
  })

  test.each([
    ['http://user:pass@example.com/', 'Http.Blocked'],
    ['ftp://example.com/', 'Http.Blocked'],
    ['no address', 'Http.BadRequest'],
    [`http://example.com/${'x'.repeat(9000)}`, 'Http.BadRequest'],
  ])('%.40s is refused by its form', async (url, code) => {
    await expect(makeOutbound({ allow: [] })(get(url))).rejects.toMatchObject({ code })
  })
})

test('I8 proxy variables of the environment change nothing', async () => {
  process.env.HTTP_PROXY = 'http://127.0.0.1:1'
  const { status } = await allowing()(get(stub()))
  delete process.env.HTTP_PROXY

  expect(status).toBe(200)
})

test('I9 an exception is for its host and port exactly', async () => {
  await expect(allowing()(get(`http://localhost:${port}/`))).rejects.toMatchObject({ code: 'Http.Blocked' })
  expect((await allowing()(get(stub()))).body).toBe('ok')
})

test('I7 a guard that does not hold turns outbound off', async () => {
  const leaking = new Agent()
  const proven = await provenOutbound(
    makeOutbound({ allow: [], dispatchers: { guarded: leaking, open: leaking } }),
  )

  await expect(proven(get(stub()))).rejects.toMatchObject({
    code: 'Http.Blocked',
    message: expect.stringContaining('self-test'),
  })
  expect(hits).toHaveLength(0)
})

test('I7 a guard that holds stays on', async () => {
  const outbound = allowing()

  expect(await provenOutbound(outbound)).toBe(outbound)
})
