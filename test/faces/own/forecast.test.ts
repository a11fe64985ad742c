import { afterAll, beforeAll, expect, test } from 'vitest'
import { adding, asking } from '../flows-of-tests.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
beforeAll(async () => {
  faces = await openFaces()
})
afterAll(() => faces.close())

const as = () => faces.acme.token.user
const read = (path: string) => faces.send('GET', `/v1/flow/${path}`, { as: faces.acme.token.viewer })

test('a version says at publish what its runs will take', async () => {
  const flow = await faces.flow(asking)
  const { body } = await read(`${flow}/versions/1`)
  const { status, body: whole } = await read(`${flow}/forecast`)

  // init, ask, end, finish; with the record of an expiry in between where nobody answers: then it fails.
  expect(body.forecast.transitions).toEqual({ min: 4, max: 4 })
  expect(status).toBe(200)
  expect(whole).toMatchObject({
    version: 1,
    machineTypes: ['standard'],
    ...body.forecast,
    calls: { min: 2, max: 2 },
    paths: [{ steps: ['ask', 'end'], transitions: 4 }],
    warnings: ['Runs on Standard machines only: ask waits for an answer'],
    actual: null,
    prices: { table: '2026-03', region: 'us-east-1' },
  })
})

test('and what they took: a run that completes costs what was forecast', async () => {
  const flow = await faces.flow(asking)
  const run = (await faces.execute(flow, { customerId: 'cus_123' })).body.appRunId
  await faces.send('POST', `/v1/flowrun/resume/${run}`, { as: as(), body: { decision: 'approve' } })
  const credits = await faces.send('GET', `/v1/flowrun/credit-details/${run}`, { as: as() })

  await expect.poll(async () => (await read(`${flow}/versions/1/forecast`)).body.actual).not.toBeNull()
  const { body } = await read(`${flow}/versions/1/forecast`)
  expect(body.credits.min).toBe(credits.body.total)
  expect(body.actual).toEqual({
    runs: 1,
    transitions: 4,
    usdPerThousandRuns: body.usdPerThousandRuns.min,
  })
})

test('a message counts as much before as after', async () => {
  const flow = await faces.flow({
    metadata: { name: 'Mail' },
    nodes: { mail: { type: 'email', params: { to: 'ann@example.com', subject: 'Hi', text: 'Hi' } } },
  })
  await faces.execute(flow)

  await expect.poll(async () => (await read(`${flow}/forecast`)).body.actual).not.toBeNull()
  const { body } = await read(`${flow}/forecast`)
  expect(body.credits.min).toBeGreaterThan(10)
  expect(body.actual).toMatchObject({ runs: 1, transitions: body.transitions.min })
  // But for the time that an Express run takes.
  expect(body.actual.usdPerThousandRuns).toBeCloseTo(body.usdPerThousandRuns.min, 2)
})

test('of the draft as it stands; errors in it are told', async () => {
  const flow = await faces.flow(adding)
  const nodes = { a: { type: 'transform', params: { value: 1 }, next: 'b' } }
  const change = (definition: object) =>
    faces.send('PATCH', `/v1/flow/${flow}`, { as: as(), body: { definition } })
  await change({ ...adding, nodes: { ...nodes, b: { type: 'final', params: { output: 1 } } } })

  expect((await read(`${flow}/forecast?version=draft`)).body).toMatchObject({
    version: null,
    machineTypes: ['express', 'standard'],
    paths: [{ steps: ['a', 'b'] }],
  })
  await change({ ...adding, nodes })
  expect((await read(`${flow}/forecast?version=draft`)).status).toBe(422)
})

test.each([
  ['?version=9', 404],
  ['?version=0', 400],
])('%s is %i', async (query, status) => {
  const flow = await faces.flow(adding)

  expect((await read(`${flow}/forecast${query}`)).status).toBe(status)
})
