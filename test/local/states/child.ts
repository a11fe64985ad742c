import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Reply } from '../../../infra/local/endpoint.ts'

/** What a child engine says. */
interface Message {
  id?: number
  reply?: Reply
  memory?: number
  called?: string
  payload?: Record<string, unknown>
  ended?: { executionArn: string; status: string }
  ready?: number
}

/** An engine in a process that can be killed. */
export interface Child {
  /** Milliseconds that it took to open. */
  readonly openedIn: number
  /** Calls of functions, as they are told. */
  readonly calls: { functionName: string; payload: Record<string, unknown> }[]
  readonly ended: { executionArn: string; status: string }[]
  /** Sends one call; rejects if the process ends before the answer. */
  call(operation: string, request: object): Promise<{ status: number; answer: Record<string, unknown> }>
  /** Bytes of resident memory, after a collection. */
  memory(): Promise<number>
  kill(): Promise<void>
  /** Resolves when the process has ended. */
  readonly over: Promise<void>
}

const file = fileURLToPath(new URL('./engine-child.ts', import.meta.url))

/** Starts an engine on a folder; `fault` is `SLUICE_FAULT`. */
export async function openChild(dir: string, fault = ''): Promise<Child> {
  const child = fork(file, [dir], {
    execArgv: ['--expose-gc'],
    env: { ...process.env, SLUICE_FAULT: fault },
    serialization: 'json',
  })
  const waiting = new Map<number, PromiseWithResolvers<Message>>()
  const calls: Child['calls'] = []
  const ended: Child['ended'] = []
  const ready = Promise.withResolvers<number>()
  let ids = 0
  let alive = true

  child.on('message', (message: Message) => {
    if (message.ready !== undefined) ready.resolve(message.ready)
    if (message.called !== undefined)
      calls.push({ functionName: message.called, payload: message.payload ?? {} })
    if (message.ended) ended.push(message.ended)
    if (message.id !== undefined) waiting.get(message.id)?.resolve(message)
  })
  const over = new Promise<void>((resolve) => {
    child.once('exit', () => {
      alive = false
      for (const { reject } of waiting.values()) reject(new Error('The engine has ended'))
      ready.reject(new Error('The engine has ended'))
      resolve()
    })
  })
  const ask = (call: object | string): Promise<Message> => {
    const answer = Promise.withResolvers<Message>()
    ids += 1
    waiting.set(ids, answer)
    if (alive && child.connected) child.send({ id: ids, call }, () => {})
    else answer.reject(new Error('The engine has ended'))
    return answer.promise
  }
  return {
    openedIn: await ready.promise,
    calls,
    ended,
    over,
    async call(operation, request) {
      const { reply } = await ask({ target: `AWSStepFunctions.${operation}`, body: JSON.stringify(request) })
      return { status: reply?.status ?? 0, answer: JSON.parse(reply?.body ?? '{}') }
    },
    memory: async () => (await ask('memory')).memory ?? 0,
    async kill() {
      child.kill('SIGKILL')
      await over
    },
  }
}
