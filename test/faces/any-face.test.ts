import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Json, JsonObject } from '../../shared/world.ts'
import type { Answer } from '../http/caller.ts'
import { adding, asking, calling, failing, resting } from './flows-of-tests.ts'
import { type Faces, openFaces } from './open-faces.ts'

let faces: Faces
let as: string
const flows = {} as Record<keyof typeof documents, string>
beforeAll(async () => {
  faces = await openFaces({
    outbound: async () => ({ status: 200, headers: {}, body: 'ok', durationMs: 1 }),
  })
  as = faces.acme.token.user
  for (const [name, definition] of Object.entries(documents))
    flows[name as keyof typeof flows] = await flowOf(definition)
})
afterAll(() => faces.close())

const askingForm: JsonObject = {
  metadata: { name: 'Limits' },
  triggers: [{ type: 'api' }],
  nodes: {
    ask: {
      type: 'approval',
      params: {
        message: 'How much?',
        form: [{ name: 'limit', type: 'number', required: true }],
        onTimeout: 'fail',
      },
      next: { default: 'end' },
    },
    end: { type: 'final', params: { output: { limit: '{{ask.form.limit}}' } } },
  },
}

/** By the id of a flow: how seed 000 names it. */
const flowTypes = new Map<string, string>()

/** Publishes a flow that a journey may start besides. */
async function flowOf(definition: JsonObject): Promise<string> {
  const flowType = `TYPE_${flowTypes.size}`
  const triggers = [...(definition.triggers as Json[]), { type: 'journey', flowType }]
  const flow = await faces.flow({ ...definition, triggers })
  flowTypes.set(flow, flowType)
  return flow
}

const documents = { adding, asking, calling, failing, resting, askingForm }

const post = (path: string, body: unknown = {}) => faces.send('POST', path, { as, body })
const get = async (path: string) => (await faces.send('GET', path, { as })).body

/** How long a start waits: `resting` stands at nothing, so nobody waits for it. */
const waitOf = (flow: string) => (flow === flows.resting ? 0 : 20)

/** Every way to start a run. */
const starts: Record<string, (flow: string, inputs: JsonObject) => Promise<Answer>> = {
  'client, raw': (flow, inputs) => post(`/v1/client/flow/${flow}/execute?wait=${waitOf(flow)}`, inputs),
  'client, enveloped': (flow, inputs) =>
    post(`/v1/sdk/flow/${flow}/execute?wait=${waitOf(flow)}&returnExecutionMetadata=true`, inputs),
  dashboard: (flow, inputs) =>
    post(`/v1/flow/execute/${flow}?wait=${waitOf(flow)}`, { inputs, returnExecutionMetadata: true }),
  headless: (flow, inputs) =>
    post(`/cgw/process/v1/orgs/acme/flows/${flow}/execute?wait=${waitOf(flow)}`, inputs),
  runner: (flow, input) => post(`/api/v1/flows/${flow}/run?wait=${waitOf(flow)}`, { input }),
  executions: (flow_id, input) => post(`/api/flow-executions?wait=${waitOf(flow_id)}`, { flow_id, input }),
  journeys: (flow, inputs) => {
    const headers = { prefer: `wait=${waitOf(flow)}` }
    return faces.send('POST', journeyPath, { body: { flowType: flowTypes.get(flow), inputs }, headers })
  },
}
const journeyPath = '/api/server/v1/flow/execute'

/** Seed 000 tells its client no run id: whoever may read runs finds the newest of the flow. */
async function runOf(way: string, flow: string, { headers }: Answer): Promise<string> {
  if (way !== 'journeys') return headers['sluice-run-id']!
  return (await get(`/api/v1/executions?flow_id=${flow}&limit=1`)).executions[0].id
}

/** What whoever holds the flowId is shown now. */
const look = (started: Answer) =>
  faces.send('POST', journeyPath, {
    body: { flowId: started.body.flowId },
    headers: { prefer: 'wait=0' },
  })

/** What seed 000 says of a run that stands so. */
async function expectJourney(word: Word, answer: Answer) {
  const { status, body } = answer
  if (word === 'failed') {
    expect([status, body]).toMatchObject([400, { code: 'FE-CRM_DOWN', description: 'The CRM is down' }])
  } else if (word === 'timed_out' || word === 'cancelled') {
    expect([status, body.code]).toEqual([400, 'FE-60001'])
  } else {
    const progress = word === 'queued' || word === 'running'
    expect([status, body.flowStatus]).toEqual([200, word === 'completed' ? 'COMPLETE' : 'INCOMPLETE'])
    expect(body.data.messages?.[0]?.i18nKey).toBe(progress ? 'still_running' : undefined)
  }
}

type Word = 'queued' | 'running' | 'waiting' | 'completed' | 'failed' | 'timed_out' | 'cancelled'

/** The table of conventions.md §8: what each face says of a run that stands so. */
const told: Record<Word, { raw: number; headless: [number, string?]; runner: string; executions: string }> = {
  queued: { raw: 202, headless: [202, 'Execution started'], runner: 'running', executions: 'queued' },
  running: { raw: 202, headless: [202, 'Execution started'], runner: 'running', executions: 'running' },
  waiting: { raw: 200, headless: [202, 'Execution waiting'], runner: 'running', executions: 'in_progress' },
  completed: {
    ...{ raw: 200, headless: [200, 'Execution completed'], runner: 'completed', executions: 'completed' },
  },
  failed: { raw: 422, headless: [500], runner: 'failed', executions: 'failed' },
  timed_out: { raw: 422, headless: [500], runner: 'failed', executions: 'failed' },
  cancelled: { raw: 422, headless: [500], runner: 'cancelled', executions: 'failed' },
}

/** What a start answers, as it depends on how the run stands. */
async function expectStarted(way: string, flow: string, word: Word, answer: Answer) {
  if (way === 'journeys') return await expectJourney(word, answer)
  const { status, body, headers } = answer
  const id = headers['sluice-run-id']
  expect(headers['sluice-run-status']).toBe(word)
  if (way === 'headless') {
    const [code, result] = told[word].headless
    const error = `Failed to execute flow ${flow}`
    expect([status, body]).toMatchObject([code, result ? { sessionId: id, result } : { error }])
  } else if (way === 'runner') {
    const said = { execution_id: id, flow_id: flow, status: told[word].runner }
    expect([status, body]).toMatchObject([201, said])
  } else if (way === 'executions') {
    expect([status, body]).toMatchObject([201, { id, flow_id: flow, status: told[word].executions }])
  } else if (way === 'client, raw') {
    expect(status).toBe(told[word].raw)
    if (word === 'failed')
      expect(body.error).toMatchObject({ code: 'run_failed', details: { appRunId: id, runStatus: word } })
    else if (word !== 'completed') expect(body).toMatchObject({ status: word, appRunId: id })
  } else {
    const still = word === 'running' || word === 'queued'
    expect([status, body]).toMatchObject([still ? 202 : 200, { status: word, appRunId: id }])
  }
}

/** Everything that shows one run, whoever started it. */
async function expectShown(id: string, word: Word) {
  const own = await get(`/v1/runs/${id}`)
  const details = await get(`/v1/flowrun/details/${id}`)
  const poll = await get(`/v1/flowrun/poll/${id}`)
  const seed003 = await get(`/api/v1/executions/${id}`)
  const seed004 = await get(`/api/flow-executions/${id}`)

  expect([own.status, details.status, poll.status]).toEqual([word, word, word])
  expect([seed003.status, seed004.status]).toEqual([told[word].runner, told[word].executions])
  const lost = ['failed', 'timed_out', 'cancelled'].includes(word)
  for (const { error } of [own, details, seed003, seed004]) expect(Boolean(error), String(error)).toBe(lost)
  if (lost) expect([own.error.code, seed004.error.code]).toEqual([details.error.code, details.error.code])
  const waits = word === 'waiting' ? 1 : 0
  expect([own.openWaits, seed003.waiting?.length ?? 0, seed004.waiting?.length ?? 0]).toEqual([
    ...[waits, waits, waits],
  ])
  if (waits === 1) {
    expect(details.waitState.waitId).toBe(own.waits[0].id)
    expect(details.pendingAction.executionId).toBe(own.waits[0].id)
    expect([seed003.waiting[0].id, seed004.waiting[0].id]).toEqual([own.waits[0].id, own.waits[0].id])
  } else expect([details.waitState, details.pendingAction]).toEqual([null, null])
  if (word === 'completed')
    expect([own.output, poll.output, seed003.result]).toEqual([
      ...[details.output, details.output, details.output],
    ])
  return { own, details, seed003, seed004 }
}

const answers: Record<string, [answer: JsonObject, output: JsonObject]> = {
  asking: [{ decision: 'approve' }, { decision: 'approve' }],
  calling: [{ toolResult: { success: true, output: { value: 42 } } }, { value: 42 }],
  askingForm: [{ decision: 'approve', form: { limit: 7 } }, { limit: 7 }],
}

describe.each(Object.keys(starts))('M8 started by %s', (way) => {
  const started = async (flow: keyof typeof flows) => {
    const answer = await starts[way]!(flows[flow], { customerId: 'cus_123' })
    return { answer, id: await runOf(way, flows[flow], answer) }
  }

  test('a flow that waits for nobody completes', async () => {
    const { answer, id } = await started('adding')

    await expectStarted(way, flows.adding, 'completed', answer)
    const { own } = await expectShown(id, 'completed')
    expect(own.output).toEqual({ summary: 'Renewal risk is low', score: 82 })
  })

  test.each(['asking', 'calling', 'askingForm'] as const)(
    '%s waits, and is answered through the wait that every face names',
    async (flow) => {
      const { answer, id } = await started(flow)
      await expectStarted(way, flows[flow], 'waiting', answer)
      const { seed004 } = await expectShown(id, 'waiting')
      const [given, output] = answers[flow]!
      const { body } = await post(`/v1/waits/${seed004.waiting[0].id}/answer`, given)

      expect(body.run).toMatchObject({ id, status: 'completed', output })
      await expectShown(id, 'completed')
      if (way === 'journeys') expect((await look(answer)).body).toMatchObject({ data: output })
    },
  )

  test('a flow that fails has failed everywhere', async () => {
    const { answer, id } = await started('failing')

    await expectStarted(way, flows.failing, 'failed', answer)
    const { seed003, seed004 } = await expectShown(id, 'failed')
    expect([seed003.error, seed004.error.code]).toEqual(['The CRM is down', 'CRM_DOWN'])
  })

  test('a slow flow runs on, and is cancelled', async () => {
    const { answer, id } = await started('resting')
    await expectStarted(way, flows.resting, 'running', answer)
    await expectShown(id, 'running')
    await post(`/v1/flowrun/cancel/${id}`)
    if (way === 'journeys') await expectJourney('cancelled', await look(answer))

    const { seed003, seed004 } = await expectShown(id, 'cancelled')
    expect([seed003.error, seed004.error.code]).toEqual(['Execution cancelled', 'cancelled'])
  })
})

describe('the other rows', () => {
  test.each(Object.keys(starts))('queued by %s, held back by another run', async (way) => {
    const concurrency = { key: 'all', limit: 1, whenFull: 'queue' }
    const flow = await flowOf({ ...resting, settings: { concurrency, syncSeconds: 0 } })
    await starts.runner!(flow, {})
    const answer = await starts[way]!(flow, {})

    await expectStarted(way, flow, 'queued', answer)
    await expectShown(await runOf(way, flow, answer), 'queued')
  })

  test('timed out', async () => {
    const flow = await flowOf({ ...resting, settings: { timeoutSeconds: 1 } })
    const [{ headers }, journey] = await Promise.all([
      starts.executions!(flow, {}),
      starts.journeys!(flow, {}),
    ])
    const { seed003, seed004 } = await expectShown(headers['sluice-run-id']!, 'timed_out')
    await expectJourney('timed_out', journey)

    expect([seed003.error, seed004.error.code]).toEqual(['Execution timed out', 'run_timed_out'])
  })

  test('running with a working step done is in progress in seed 004 alone', async () => {
    const flow = await faces.flow({
      metadata: { name: 'Halfway' },
      nodes: {
        fetch: { type: 'http.request', params: { url: 'https://crm.example.com/' }, next: 'rest' },
        rest: { type: 'delay', params: { seconds: 600 } },
      },
    })
    const id = (await post(`/api/v1/flows/${flow}/run`)).body.execution_id
    for (let rev = 0; (await get(`/api/flow-executions/${id}`)).status !== 'in_progress'; )
      rev = (await get(`/v1/flowrun/poll/${id}?wait=5&rev=${rev}`)).rev

    expect((await get(`/v1/runs/${id}`)).status).toBe('running')
    expect((await get(`/api/v1/executions/${id}`)).status).toBe('running')
  })
})
