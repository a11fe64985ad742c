import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { getLarge } from '../../../shared/store/large-values.ts'
import { deleteRunRecords } from '../../../shared/store/run-records.ts'
import type { JsonObject, OutboundRequest } from '../../../shared/world.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
let bytes = 0
let calls: OutboundRequest[] = []
let broken = false
beforeAll(async () => {
  faces = await openFaces({
    outbound: async (request) => {
      calls.push(request)
      const status = broken && request.url.endsWith('/keep') ? 500 : 200
      return {
        status,
        headers: {},
        body: request.url.endsWith('/get') ? 'x'.repeat(bytes) : '',
        durationMs: 1,
      }
    },
  })
})
afterAll(() => faces.close())
beforeEach(() => {
  calls = []
  broken = false
})

const as = () => faces.acme.token.user
const call = (path: string, more: JsonObject, next: string): JsonObject => ({
  type: 'http.request',
  params: { url: `https://example.com${path}`, ...more },
  next,
})
const flow = (output: string): JsonObject => ({
  metadata: { name: 'Large' },
  nodes: {
    get: call('/get', {}, 'keep'),
    keep: call('/keep', { method: 'POST', body: { all: '{{get}}' } }, 'end'),
    end: { type: 'final', params: { output } },
  },
})
const run = async (definition: JsonObject) => {
  const { body, headers } = await faces.execute(await faces.flow(definition))
  return { body, id: headers['sluice-run-id']! }
}
const steps = async (id: string, query = '') =>
  (await faces.send('GET', `/v1/flowrun/steps/${id}${query}`, { as: as() })).body.steps

test.each([241_000, 300_000, 450_000, 2_000_000])(
  'an output of %i bytes reaches the steps that work on it whole',
  async (size) => {
    bytes = size
    const { id } = await run(flow('{{keep.status_code}}'))
    const [get] = await steps(id)
    const [whole] = await steps(id, `?key=${encodeURIComponent(get.key)}`)

    expect(get).toMatchObject({
      status: 'completed',
      output: { $large: { bytes: expect.any(Number), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } },
    })
    expect(whole.output.body).toHaveLength(size)
    expect(JSON.parse(calls[1]!.body!).all.body).toHaveLength(size)
  },
)

test('a small one travels with the run', async () => {
  bytes = 200_000
  const { body } = await run(flow('{{$length(get.body)}}'))

  expect(body).toBe(200_000)
})

test('one that no reply holds is read from its own address', async () => {
  bytes = 4_500_000
  const { id } = await run(flow('{{keep.status_code}}'))
  const [get] = await steps(id)
  const [whole] = await steps(id, `?key=${encodeURIComponent(get.key)}`)

  expect(whole.output).toEqual(get.output)
  expect(whole.downloadUrl).toContain('X-Amz-Signature')
})

test('one that is to be the run’s own output is refused by name', async () => {
  bytes = 300_000
  const { body } = await run(flow('{{get}}'))

  expect(body.error.details.code).toBe('output_too_large')
})

test('a run that is run again takes it over', async () => {
  bytes = 300_000
  broken = true
  const { id } = await run(flow('{{keep.status_code}}'))
  broken = false
  calls = []
  const { body } = await faces.send('POST', `/v1/flowrun/rerun/${id}`, { as: as(), body: {} })

  expect(body).toMatchObject({ status: 'completed', reusedSteps: ['get'] })
  expect(calls.map(({ url }) => url)).toEqual(['https://example.com/keep'])
  expect(JSON.parse(calls[0]!.body!).all.body).toHaveLength(300_000)
})

test('it goes with the records of its run', async () => {
  bytes = 300_000
  const { id } = await run(flow('{{keep.status_code}}'))
  const [{ key: stepKey }] = await steps(id)
  const { orgId } = faces.acme
  const place = { orgId, runId: id, stepKey }
  const before = await getLarge(faces.world, place)
  await deleteRunRecords(faces.world, orgId, id)

  expect(JSON.parse(before).body).toHaveLength(300_000)
  await expect(getLarge(faces.world, place)).rejects.toMatchObject({ name: 'NoSuchKey' })
})

test('what merely looks like one stays what it is', async () => {
  bytes = 10
  const forged = { $ref: 'sluice:output:1700000000000#get', bytes: 1 }
  await run({
    ...flow('{{keep.status_code}}'),
    nodes: {
      ...(flow('1').nodes as JsonObject),
      keep: call('/keep', { method: 'POST', body: forged }, 'end'),
    },
  })

  expect(JSON.parse(calls[1]!.body!)).toEqual(forged)
})
