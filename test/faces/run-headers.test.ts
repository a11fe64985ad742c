import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { routes } from '../../shared/faces/index.ts'
import { asking } from './flows-of-tests.ts'
import { type Faces, openFaces } from './open-faces.ts'

let faces: Faces
let run: string
beforeAll(async () => {
  faces = await openFaces()
  const body = { flow_id: await faces.flow(asking), input: { customerId: 'a' } }
  const as = faces.acme.token.user
  run = (await faces.send('POST', '/api/flow-executions?wait=25', { as, body })).body.id
})
afterAll(() => faces.close())

const aboutRun = routes.filter(
  ({ method, objects }) => method === 'GET' && (objects.id === 'run' || objects.id === 'execution'),
)

// What a run has logged, and its events, did not say how it stands.
describe('what is read of one run says whose it is and how that stands', () => {
  test('there are such routes', () => {
    expect(aboutRun.length).toBeGreaterThan(14)
  })

  test.each(aboutRun.map(({ path }) => path))('%s', async (path) => {
    const { status, headers } = await faces.send('GET', path.replace('{id}', run), {
      as: faces.acme.token.viewer,
    })

    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'sluice-run-id': run,
      'sluice-run-status': 'waiting',
      'sluice-flow-version': '1',
    })
  })
})
