import { createServer } from 'node:http'

/** A bare HTTP server that reads the body and answers a constant: what this machine can do at best. */
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end('{"rating":"hot","score":65}')
  })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  console.log(typeof address === 'object' ? `http://127.0.0.1:${address?.port}` : '')
})
