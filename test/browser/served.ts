import { createServer, type Server } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { Faces } from '../faces/open-faces.ts'

/** The faces behind a socket, as a browser needs them. */
export async function served(faces: Faces): Promise<Server> {
  const server = createServer(async (request, response) => {
    const sent = await buffer(request)
    const headers = request.headers as Record<string, string>
    const method = request.method ?? 'GET'
    const answer = await faces.send(method, request.url ?? '/', {
      headers,
      ...(sent.length === 0 ? {} : { body: sent }),
    })
    response.writeHead(answer.status, answer.headers).end(answer.text)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return server
}
