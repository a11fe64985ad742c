import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeSecretOf } from '../../shared/core/account-secrets.ts'
import { cloneFlow } from '../../shared/core/clone-flow.ts'
import { createFlow } from '../../shared/core/flows.ts'
import { saveAndPublish } from '../../shared/core/publish.ts'
import type { OutboundRequest } from '../../shared/world.ts'
import { type EngineWorld, openEngineWorld } from './engine-fixture.ts'
import { person } from './runs-fixture.ts'

let engine: EngineWorld
const calls: OutboundRequest[] = []
const annsKey = person('ann', { actor: 'key:abc', sessionId: null, scopes: ['flows:write', 'secrets:write'] })
const bob = person('bob')

const definition = {
  metadata: { name: 'Secretive' },
  triggers: [{ type: 'api' }],
  nodes: {
    call: {
      type: 'http.request',
      params: { url: 'https://crm.example.com', headers: { Authorization: '{{secrets.CRM_KEY}}' } },
    },
  },
}

beforeAll(async () => {
  engine = await openEngineWorld({
    outbound: async (request) => {
      calls.push(request)
      return { status: 200, headers: {}, body: '', durationMs: 1 }
    },
  })
  await writeSecretOf(engine.world, annsKey, 'me', { key: 'CRM_KEY', value: 'of-ann' })
  await writeSecretOf(engine.world, bob, 'me', { key: 'CRM_KEY', value: 'of-bob' })
})
afterAll(() => engine.close())

async function sent(flowId: string) {
  calls.length = 0
  await engine.start(flowId)
  return calls.map(({ headers }) => new Headers(headers).get('authorization'))
}

// A flow that was made with an API key saw nobody's secrets, not even those that the same key had kept.
test('a flow that was made with an API key sees the secrets of the account whose key it is', async () => {
  const { flow } = await saveAndPublish(engine.world, annsKey, { definition })

  expect(await sent(flow.id)).toEqual(['of-ann'])
  expect(flow).not.toHaveProperty('secretsOwner')
})

test('a clone sees the secrets that its original saw, whoever made it', async () => {
  const { id } = await createFlow(engine.world, annsKey, { definition })
  const clone = await cloneFlow(engine.world, bob, id)
  await saveAndPublish(engine.world, bob, { flowId: clone.id, definition })

  expect(await sent(clone.id)).toEqual(['of-ann'])
})
