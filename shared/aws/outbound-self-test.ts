import { type AddressInfo, createServer } from 'node:net'
import { StepError } from '../step-error.ts'
import type { Outbound } from '../world.ts'

/**
 * Tries the guard on a listener of our own: a runtime that silently ignores block lists would let flows reach inside.
 *
 * @returns the way out if the guard holds; else one that refuses every call and says why.
 */
export async function provenOutbound(outbound: Outbound): Promise<Outbound> {
  const server = createServer((socket) => socket.end('HTTP/1.1 204 No Content\r\n\r\n'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const refused = await outbound({
    method: 'GET',
    url: `http://127.0.0.1:${port}/`,
    headers: {},
    timeoutMs: 2000,
  }).then(
    () => false,
    (error: unknown) => error instanceof StepError && error.code === 'Http.Blocked',
  )
  server.close()
  if (refused) return outbound
  return async () => {
    throw new StepError(
      'Http.Blocked',
      'Outbound calls are off: the guard failed its self-test on this runtime',
    )
  }
}
