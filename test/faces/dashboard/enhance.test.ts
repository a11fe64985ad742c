import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../../../shared/world.ts'
import { fakeModel, modelSettings } from '../../fake-model.ts'
import { adding } from '../flows-of-tests.ts'
import { type Faces, openFaces } from '../open-faces.ts'

const model = fakeModel()
let faces: Faces
let as: string
beforeAll(async () => {
  faces = await openFaces({ outbound: (request) => model.outbound(request), env: modelSettings })
  as = faces.acme.token.user
})
afterEach(() => {
  model.asked.length = 0
  model.sent.length = 0
})
afterAll(() => faces.close())

const better = {
  metadata: { name: 'Adding' },
  triggers: [{ type: 'api' }],
  nodes: { sum: { type: 'transform', params: { value: '{{2 + 2}}' } } },
}
const broken = {
  metadata: { name: 'Adding' },
  nodes: { sum: { type: 'transform', params: { value: 1 }, next: 'nowhere' } },
}

function answer(definition: JsonObject, notes = ['Changed the sum']): string {
  return JSON.stringify({ definition, notes })
}

async function draft(): Promise<{ id: string; revision: number }> {
  const { body } = await faces.send('POST', '/v1/flow', { as, body: { definition: adding } })
  return { id: body._id, revision: body.revision }
}

test('a wish becomes a definition that the checks take, and nothing is stored', async () => {
  model.say(answer(better))

  const { status, body } = await faces.send('POST', '/v1/flow/enhance', {
    as,
    body: { prompt: 'Add two and two', definition: adding },
  })

  expect(status).toBe(200)
  expect(body).toEqual({
    definition: better,
    notes: ['Changed the sum'],
    problems: [],
    usage: { inputTokens: 100, outputTokens: 20 },
  })
  const [{ messages }] = model.asked as [(typeof model.asked)[0]]
  expect(messages[0]?.content).toContain('- approval (wait)')
  expect(JSON.parse(messages[1]?.content ?? '')).toEqual({ wish: 'Add two and two', definition: adding })
  expect(model.sent[0]).toMatchObject({
    url: 'https://models.example.com/v1/chat/completions',
    headers: { authorization: 'Bearer sk-operator-key-1234' },
  })
  expect(model.sent[0]?.timeoutMs).toBeLessThanOrEqual(25_000)
})

test('errors go back to the model at most twice; what remains is told', async () => {
  model.say(answer(broken), 'no JSON', answer(broken))

  const { body } = await faces.send('POST', '/v1/flow/enhance', { as, body: { prompt: 'Add' } })

  expect(body.problems).toContainEqual(expect.objectContaining({ code: 'unknown_target', severity: 'error' }))
  expect(body.usage).toEqual({ inputTokens: 300, outputTokens: 60 })
  expect(model.asked).toHaveLength(3)
  expect(model.asked[1]?.messages.at(-1)?.content).toContain('unknown_target')
})

test('a draft takes the result only if it is asked to, and has no errors', async () => {
  const { id, revision } = await draft()
  model.say(answer(better), answer(broken), answer(broken), answer(broken), answer(better))
  const path = `/v1/flow/${id}/enhance`

  const shown = await faces.send('POST', path, { as, body: { instructions: 'Double it' } })
  const refused = await faces.send('POST', path, { as, body: { prompt: 'Double it', apply: true } })
  const applied = await faces.send('POST', path, { as, body: { prompt: 'Double it', apply: true, revision } })
  const { body: flow } = await faces.send('GET', `/v1/flow/${id}`, { as })

  expect(shown.body).toMatchObject({ applied: false, revision, definition: better })
  expect(refused.body).toMatchObject({ applied: false, revision })
  expect(applied.body).toMatchObject({ applied: true, revision: revision + 1 })
  expect(flow).toMatchObject({ definition: better, revision: revision + 1 })
})

test('a stale revision is refused before the model is asked', async () => {
  const { id } = await draft()

  const body = { prompt: 'Change', apply: true }
  const stale = await faces.send('POST', `/v1/flow/${id}/enhance`, { as, body: { ...body, revision: 99 } })
  const tag = await faces.send('POST', `/v1/flow/${id}/enhance`, {
    as,
    body,
    headers: { 'if-match': '"r99"' },
  })

  expect([stale.status, stale.body.error.details.reason]).toEqual([409, 'revision'])
  expect(tag.status).toBe(412)
  expect(model.asked).toHaveLength(0)
})

test('a draft that was changed meanwhile is not overwritten', async () => {
  const { id } = await draft()
  model.say(answer(better))
  const outbound = model.outbound
  model.outbound = async (request) => {
    await faces.send('PATCH', `/v1/flow/${id}`, { as, body: { description: 'Meanwhile' } })
    return await outbound(request)
  }

  const { status, body } = await faces.send('POST', `/v1/flow/${id}/enhance`, {
    as,
    body: { prompt: 'Change', apply: true },
  })
  model.outbound = outbound

  expect([status, body.error.details.reason]).toEqual([409, 'revision'])
})

test('neither an empty wish nor two of them are taken', async () => {
  const { id } = await draft()
  const path = `/v1/flow/${id}/enhance`

  for (const body of [{}, { prompt: ' ' }, { prompt: 'a', instructions: 'b' }, { prompt: 'x'.repeat(8001) }])
    expect((await faces.send('POST', path, { as, body })).status).toBe(422)
  expect((await faces.send('POST', '/v1/flow/enhance', { as, body: {} })).status).toBe(422)
})

test('a provider that fails is 503, and so is one that answers with no definition', async () => {
  model.say(500, 'I', 'cannot', 'say')
  const wish = { as: faces.other.token.user, body: { prompt: 'Add' } }

  for (const answered of [
    await faces.send('POST', '/v1/flow/enhance', wish),
    await faces.send('POST', '/v1/flow/enhance', wish),
  ])
    expect([answered.status, answered.body.error.details.reason]).toEqual([503, 'model_failed'])
})

test('the eleventh wish of an organisation within a minute is refused', async () => {
  const wish = { as: faces.other.token.user, body: { prompt: 'Add' } }
  const statuses: number[] = []
  // A minute may end under way: then the next one counts anew.
  for (let call = 0; call < 22 && !statuses.includes(429); call++) {
    model.say(answer(better))
    statuses.push((await faces.send('POST', '/v1/flow/enhance', wish)).status)
  }

  expect(statuses.at(-1)).toBe(429)
  expect(new Set(statuses.slice(0, -1))).toEqual(new Set([200]))
})

test('without a provider there is nothing that could answer; the path is a word, not an id', async () => {
  const bare = await openFaces()
  const admin = bare.acme.token.admin
  const flow = await bare.flow(adding, admin)

  const alone = await bare.send('POST', '/v1/flow/enhance', { as: admin, body: { prompt: 'Add' } })
  const ofFlow = await bare.send('POST', `/v1/flow/${flow}/enhance`, { as: admin, body: { prompt: 'Add' } })
  const read = await bare.send('GET', '/v1/flow/enhance', { as: admin })
  await bare.close()

  for (const { status, body } of [alone, ofFlow])
    expect([status, body.error.code]).toEqual([501, 'enhance_unavailable'])
  expect([read.status, read.headers.allow]).toEqual([405, 'POST, OPTIONS'])
})
