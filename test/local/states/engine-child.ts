import type { Call } from '../../../infra/local/endpoint.ts'
import { openStates } from '../../../infra/local/states/open.ts'
import { systemClock } from '../../../shared/aws/clock.ts'
import { plainEvaluator } from './evaluator.ts'

/** An engine in a process of its own, which tests kill: calls come and answers go as messages. */
const started = performance.now()
const log = { debug() {}, info() {}, warn() {}, error: (...line: unknown[]) => console.error(...line) }
const send = (message: object) => void process.send?.(message)

const states = await openStates({
  dir: process.argv[2] as string,
  clock: systemClock,
  log,
  pool: plainEvaluator,
  async invoke(functionName, payload) {
    send({ called: functionName, payload })
    return { payload: payload as never }
  },
  async onEnded(event) {
    send({ ended: event.detail })
  },
})

process.on('message', async ({ id, call }: { id: number; call: Call | 'memory' }) => {
  if (call === 'memory') {
    globalThis.gc?.()
    send({ id, memory: process.memoryUsage().rss })
  } else send({ id, reply: await states.handle(call) })
})
send({ ready: performance.now() - started })
