import { systemClock } from '../../../shared/aws/clock.ts'
import type { Clock, JsonObject } from '../../../shared/world.ts'
import type { Answer } from '../../http/caller.ts'
import { asking } from '../flows-of-tests.ts'
import type { Faces } from '../open-faces.ts'

/** The machine's clock, as far ahead as a test puts it. */
export interface AheadClock extends Clock {
  aheadMs: number
}

/** A clock that a test puts ahead. */
export function aheadClock(): AheadClock {
  const clock = { ...systemClock, aheadMs: 0, now: () => Date.now() + clock.aheadMs }
  return clock
}

/** A flow that asks for an approval. */
export const asks = (params: JsonObject = {}): JsonObject => ({
  ...asking,
  nodes: {
    ...(asking.nodes as JsonObject),
    ask: {
      type: 'approval',
      name: 'Ask the manager',
      params: { message: 'Renew?', onTimeout: 'fail', ...params },
      next: { default: 'end' },
    },
    end: { type: 'final', params: { output: '{{ask}}' } },
  },
})

/** A field of each type that a form may have. */
export const fields: JsonObject[] = [
  { name: 'limit', type: 'number', required: true, label: 'Limit in euros' },
  { name: 'urgent', type: 'boolean' },
  { name: 'from', type: 'date' },
  { name: 'at', type: 'datetime' },
  { name: 'tier', type: 'select', options: [{ label: 'Gold', value: { tier: 1 } }, 'silver'] },
  { name: 'tags', type: 'multiselect', options: ['new', 'old', 'other'] },
  { name: 'extra', type: 'json' },
  { name: 'why', type: 'textarea' },
  { name: 'pin', type: 'password' },
]

/** The nonce in a page's form. */
export const nonceIn = (text: string): string => /name="nonce" value="([^"]*)"/.exec(text)?.[1] ?? ''

/** A run that asks, its wait, and what is done with links to it. */
export interface Asked {
  run: string
  wait: string
  /** Asks for a link. */
  make(wish?: JsonObject, by?: string): Promise<Answer>
  /** Makes a link; gives its id and the path of its page. */
  open(wish?: JsonObject): Promise<{ id: string; path: string }>
  /** The wait as its organisation sees it. */
  read(): Promise<JsonObject>
}

type Fields = [name: string, value: string][]

/** What people and their browsers do with links. */
export function linkCalls(faces: () => Faces) {
  const look = (path: string) => faces().send('GET', path)

  const post = (path: string, fields: Fields, headers: Record<string, string> = {}) => {
    const formType = { 'content-type': 'application/x-www-form-urlencoded' }
    const sent = { ...formType, 'sec-fetch-site': 'same-origin', ...headers }
    return faces().send('POST', path, { body: String(new URLSearchParams(fields)), headers: sent })
  }

  /** Sends a page's form as a browser does, with the nonce of a page that is opened for it. */
  const submit = async (path: string, fields: Fields, headers: Record<string, string> = {}) =>
    await post(path, [['nonce', nonceIn((await look(path)).text)], ...fields], headers)

  /** Starts a flow that asks. */
  const asked = async (definition = asks()): Promise<Asked> => {
    const { acme, execute, flow, send } = faces()
    const as = acme.token.user
    const { body } = await execute(await flow(definition))
    const wait = body.waitState.waitId as string
    const make = (wish: JsonObject = {}, by = as) =>
      send('POST', `/v1/waits/${wait}/links`, { as: by, body: wish })
    return {
      run: body.appRunId as string,
      wait,
      make,
      async open(wish) {
        const { body: made } = await make(wish)
        return { id: made.id as string, path: new URL(made.url).pathname }
      },
      read: async () => (await send('GET', `/v1/waits/${wait}`, { as })).body as JsonObject,
    }
  }

  return { look, post, submit, asked }
}
