import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request that reached the stub. */
export interface Hit {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: string
}

/** A server of the test's own on loopback, for steps to call. */
export interface Stub {
  /** `127.0.0.1:<port>`, as `SLUICE_OUTBOUND_ALLOW` takes it. */
  host: string
  url: string
  hits: Hit[]
  close(): Promise<void>
}

/** Opens a stub that answers every request with what it was sent; `answer` may say otherwise. */
export async function openStub(
  answer: (hit: Hit) => { status: number; body: unknown } = (hit) => ({
    status: 200,
    body: { echo: hit.path },
  }),
): Promise<Stub> {
  const hits: Hit[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { method = '', url = '', headers } = request
    const hit = { method, path: url, headers, body: Buffer.concat(chunks).toString() }
    hits.push(hit)
    const { status, body } = answer(hit)
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    host,
    url: `http://${host}`,
    hits,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
