import { expect } from 'vitest'
import { call } from '../call.ts'
import type { AccountChild } from '../child.ts'
import type { Stub } from '../stub.ts'
import { type Watcher, watch } from '../watch.ts'

/** An account that runs, and a site that its flows call. */
export interface Live {
  /** A test that kills it puts another there. */
  account: AccountChild
  stub: Stub
}

/** What an id looks like. */
export const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
/** What a time looks like. */
export const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** A step that asks. */
export const approval = { type: 'approval', params: { message: 'Go?', onTimeout: 'fail' } }

/** What is done with runs that are watched. */
export type Calls = ReturnType<typeof callsTo>

/** Starts, answers and watches runs with the account's key. */
export function callsTo(live: () => Live) {
  const ends = () => ({ url: live().account.url, key: live().account.demo.apiKey })
  const watching = (run: string, query = '') => watch(live().account.url, run, { key: ends().key, query })

  /** Publishes the steps and starts a run of them. */
  async function start(nodes: object, more: object = {}): Promise<string> {
    const definition = { metadata: { name: 'Watched' }, triggers: [{ type: 'api' }], nodes, ...more }
    const made = await call<{ id: string }>(ends(), 'POST', '/api/v1/flows', { name: 'Watched', definition })
    expect(made.status).toBe(201)
    const run = await call<{ execution_id: string }>(ends(), 'POST', `/api/v1/flows/${made.body.id}/run`)
    return run.body.execution_id
  }

  /** A step that calls a path of the site. */
  const httpStep = (id: string, path: string, next?: string) => ({
    [id]: { type: 'http.request', params: { url: `${live().stub.url}${path}` }, ...(next ? { next } : {}) },
  })

  /** Answers the question that a run asks. */
  const answer = (run: string, decision = 'approve') =>
    call(ends(), 'POST', `/v1/flowrun/resume/${run}`, { decision })

  /** Everything of a run, from a number on, to its end. */
  async function everything(run: string, query = ''): Promise<Watcher> {
    const watcher = await watching(run, query)
    await watcher.closed
    return watcher
  }

  /** The run asks, so that who comes now comes before the rest of it. */
  async function atQuestion(nodes: object): Promise<string> {
    const run = await start({ ask: { ...approval, next: { default: Object.keys(nodes)[0] } }, ...nodes })
    const seen = await watching(run)
    await seen.until(({ waiting }) => waiting !== undefined)
    seen.socket.terminate()
    return run
  }

  return { live, ends, watching, start, httpStep, answer, everything, atQuestion }
}
