import { afterAll, beforeAll, expect, test } from 'vitest'
import { sdkError } from '../faults/inject.ts'
import { callRoute, everyRoute, type Filling } from './every-route.ts'
import { type Faces, openFaces } from './open-faces.ts'

let faces: Faces
beforeAll(async () => {
  faces = await openFaces()
  faces.world.db.middlewareStack.add(() => () => Promise.reject(sdkError('ThrottlingException', 400)), {
    step: 'initialize',
    name: 'busy',
  })
})
afterAll(() => faces.close())

const id = '00000000-0000-4000-8000-000000000000'
const ids: Filling = {
  ...{ organisation: 'acme', flow: id, run: id, execution: id, wait: id, link: id, share: id, file: id },
  ...{ account: id, secret: 'API_KEY', version: '1', webhook: 'crm', 'webhook-endpoint': id },
  ...{ delivery: '01J00000000000000000000000', 'api-key': 'AAAAAAAAAAAA', problem: 'conflict' },
  ...{ 'flow-type': 'REGISTRATION', 'link-token': 'x'.repeat(43), 'share-token': `shr_${'x'.repeat(43)}` },
}
/** They tell of the service itself, and read nothing. */
const readsNothing = [
  ...['GET /health', 'GET /openapi.json', 'GET /docs', 'GET /docs/renderer.js', 'GET /docs/renderer.css'],
  ...['GET /problems/{code}', 'GET /.well-known/jwks.json'],
]

// A table that was busy made a bug of ours of it: 500, where nobody had thought of it.
test.each(everyRoute)(
  'F6 %s says that it is busy when the table is, and to come again',
  async (name, route) => {
    const { status, headers } = await callRoute(faces.send, route, ids, faces.acme.token.admin)

    const expected = readsNothing.includes(name) ? [200, undefined] : [503, '1']
    expect([status, headers['retry-after']]).toEqual(expected)
  },
)
