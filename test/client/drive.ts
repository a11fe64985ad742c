import createClient from 'openapi-fetch'
// Made of our own document by the test that runs this file, and checked by it.
import type { paths } from 'sluice-api'
import type { Driven } from './driven.ts'

/** Writes a flow, publishes it, runs it and answers its question, as an app with generated types does. */
export async function drive(baseUrl: string, key: string): Promise<Driven> {
  const client = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${key}` } })

  const made = await client.POST('/v1/flow', { body: { definition } })
  if (made.error) throw new Error(made.error.error.message)
  const id = made.data._id

  const published = await client.POST('/v1/flow/{id}/publish', { params: { path: { id } } })
  if (published.error) throw new Error(published.error.error.message)
  const version: number = published.data.version

  const started = await client.POST('/v1/flow/execute/{id}', {
    params: { path: { id }, query: { wait: 20 } },
    body: { inputs: { customer: 'Acme' }, version, returnExecutionMetadata: true },
  })
  if (started.error) throw new Error(started.error.error.message)
  const run = await client.GET('/v1/runs/{id}', {
    params: { path: { id: started.response.headers.get('sluice-run-id') ?? '' } },
  })
  if (run.error) throw new Error(run.error.detail)
  const [wait] = run.data.waits

  const done = await client.POST('/v1/flowrun/resume/{id}', {
    params: { path: { id: run.data.id } },
    body: { decision: 'approve' },
  })
  if (done.error) throw new Error(done.error.error.message)
  const { status } = done.data

  const wrong = await client.POST('/v1/flowrun/resume/{id}', {
    params: { path: { id: run.data.id } },
    // @ts-expect-error: the types know the two decisions
    body: { decision: 'perhaps' },
  })
  if (!wrong.error) throw new Error('A third decision was taken')

  // @ts-expect-error: the types know the paths
  await client.GET('/v1/flows')

  return {
    waiting: { question: wait?.question, runId: run.data.id },
    done: { status, output: 'output' in done.data ? done.data.output : null },
    refused: { status: wrong.response.status, code: wrong.error.error.code },
  }
}

const definition = {
  metadata: { name: 'Renewal' },
  triggers: [{ type: 'api' }],
  inputs: [{ name: 'customer', type: 'text', required: true }],
  nodes: {
    ask: {
      type: 'approval',
      params: { message: 'Renew {{customer}}?', onTimeout: 'fail' },
      next: { approve: 'yes', reject: 'no' },
    },
    yes: { type: 'final', params: { outputs: { renewed: true } } },
    no: { type: 'final', params: { outputs: { renewed: false } } },
  },
}
