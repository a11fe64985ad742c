import { pipeline } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import type { Dispatcher } from 'undici'
import { StepError } from '../step-error.ts'
import type { Outbound, OutboundRequest, OutboundResponse } from '../world.ts'
import { blockedAddresses, judgeUrl } from './outbound-rules.ts'

const connectTimeoutMs = 5_000
const longestCallMs = 60_000
const mostRedirects = 5
const mostBytes = 5 * 1024 * 1024

/** What goes to another origin only if the author sent the call there himself. */
const guardedHeaders = new Set(['authorization', 'cookie', 'proxy-authorization'])

interface Dispatchers {
  guarded: Dispatcher
  open: Dispatcher
}

/** Read from disk by the first call: most functions never make one. */
const client = () => import('undici')

/** Where sockets come from; a stub in tests that must never reach an address. */
export interface OutboundOptions {
  /** Exact `host:port` pairs that may be called although they are not public. */
  allow: readonly string[]
  /** @default undici agents whose sockets refuse every address that is not public */
  dispatchers?: Dispatchers
}

/**
 * The one way out for everything an author can aim (hardening.md 2.3): the form of each address is judged before, the
 * address itself when it is connected to, so that neither redirects nor names that change their address lead inside.
 */
export function makeOutbound({ allow, dispatchers }: OutboundOptions): Outbound {
  let agents: Promise<Dispatchers> | undefined
  return async (call) => {
    const started = performance.now()
    const deadline = AbortSignal.timeout(Math.min(call.timeoutMs, longestCallMs))
    try {
      return await follow(call, 0)
    } catch (error) {
      throw asStepError(error)
    }

    async function follow(at: OutboundRequest, followed: number): Promise<OutboundResponse> {
      const { url, allowed } = judgeUrl(at.url, allow)
      agents ??= dispatchers ? Promise.resolve(dispatchers) : makeAgents()
      const { guarded, open } = await agents
      const { request } = await client()
      const response = await request(url, {
        method: at.method as Dispatcher.HttpMethod,
        headers: at.headers,
        ...(at.body === undefined ? {} : { body: at.body }),
        dispatcher: allowed ? open : guarded,
        signal: deadline,
      })
      const location = response.headers.location
      const redirects = response.statusCode >= 300 && response.statusCode < 400
      if (redirects && typeof location === 'string' && at.followsRedirects !== false) {
        await response.body.dump()
        if (followed === mostRedirects)
          throw new StepError('Http.Blocked', `More than ${mostRedirects} redirects`)
        return follow(redirected(at, url, location, response.statusCode), followed + 1)
      }
      return {
        status: response.statusCode,
        headers: flatten(response.headers),
        body: await readBody(response),
        durationMs: Math.round(performance.now() - started),
      }
    }
  }
}

async function makeAgents(): Promise<Dispatchers> {
  const { Agent } = await client()
  return {
    // Node compares the address that a socket is about to connect to, whatever name led there.
    guarded: new Agent({ connect: { timeout: connectTimeoutMs, blockList: blockedAddresses } }),
    open: new Agent({ connect: { timeout: connectTimeoutMs } }),
  }
}

/** The call that a redirect asks for: 303, and 301 and 302 after a POST, become GET, as browsers do. */
function redirected(at: OutboundRequest, from: URL, location: string, status: number): OutboundRequest {
  if (!URL.canParse(location, from.href))
    throw new StepError('Http.Blocked', 'The redirect leads to no address')
  const to = new URL(location, from)
  const toGet = status === 303 || ((status === 301 || status === 302) && at.method === 'POST')
  const headers = Object.entries(at.headers).filter(([name]) => {
    const lower = name.toLowerCase()
    if (to.origin !== from.origin && (guardedHeaders.has(lower) || /key|token|secret|signature/.test(lower)))
      return lower === 'idempotency-key'
    return !(toGet && lower.startsWith('content-'))
  })
  const { body, ...rest } = at
  return {
    ...rest,
    url: to.href,
    headers: Object.fromEntries(headers),
    ...(toGet || body === undefined ? {} : { body }),
    ...(toGet && at.method !== 'HEAD' ? { method: 'GET' } : {}),
  }
}

/** The body as text, counted after decompression. */
async function readBody(response: Dispatcher.ResponseData): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of decompressed(response)) {
    size += (chunk as Buffer).length
    if (size > mostBytes) {
      response.body.destroy()
      throw new StepError('Http.TooLarge', `The answer is over ${mostBytes} bytes`)
    }
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function decompressed({ body, headers }: Dispatcher.ResponseData): AsyncIterable<unknown> {
  const unzip = unzips[String(headers['content-encoding'] ?? 'identity').toLowerCase()]
  if (unzip === undefined) return body
  // An error of either side ends both; whoever reads the result sees it.
  return pipeline(body, unzip(), () => {}) as AsyncIterable<unknown>
}

const unzips: Record<string, () => NodeJS.ReadWriteStream> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
}

function flatten(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  )
}

/** What went wrong, in words that name no address of ours. */
function asStepError(error: unknown): StepError {
  if (error instanceof StepError) return error
  const { name = '', code = '' } = error as { name?: string; code?: string }
  if (code === 'ERR_IP_BLOCKED')
    return new StepError('Http.Blocked', 'The address is not public', undefined, error)
  if (name === 'TimeoutError' || name === 'AbortError' || /TIMEOUT/.test(code))
    return new StepError('Http.Timeout', 'The other side did not answer in time', undefined, error)
  if (/INVALID|ARGUMENT/.test(code))
    return new StepError(
      'Http.BadRequest',
      'The request cannot be sent: a header or the method is not valid',
      undefined,
      error,
    )
  return new StepError(
    'Http.Network',
    `The connection failed${code === '' ? '' : ` (${code})`}`,
    undefined,
    error,
  )
}
