import { writeFileSync } from 'node:fs'
import { call } from '../account/call.ts'
import { quantile } from '../bench/load.ts'
import { measured } from './flow.ts'
import { type Spans, spansOf, type Visit } from './timeline.ts'

const runs = Number(process.env.MEASURE_RUNS ?? 200)
const atOnce = Number(process.env.MEASURE_AT_ONCE ?? 4)
const file = process.env.MEASURE_FILE ?? 'measured.md'
const ends = { url: needed('SLUICE').replace(/\/$/, ''), key: needed('KEY') }

/** What one run took, in milliseconds. */
interface Took extends Spans {
  /** By the caller's clock, from request to answer. */
  start: number
  answer: number
}

interface Detailed {
  createdAt: string
  steps: Visit[]
}

/**
 * `SLUICE=<address> KEY=<API key> npm run measure`: runs of a deployed stage, timed by their own records, as a Markdown
 * table on the screen and in `measured.md`. The key needs the scopes to write, publish, start, answer, read and delete.
 */
async function main(): Promise<void> {
  const flow = await publish()
  try {
    // The first one wakes the functions.
    await one(flow)
    const took: Took[] = []
    let left = runs
    const drive = async () => {
      while (left-- > 0) took.push(await one(flow))
    }
    await Promise.all(Array.from({ length: atOnce }, drive))
    const table = tableOf(took)
    console.log(table)
    writeFileSync(file, table)
  } finally {
    await ask('DELETE', `/v1/flow/${flow}`)
  }
}

async function one(flow: string): Promise<Took> {
  const started = await timed(() => ask<{ appRunId: string }>('POST', `/v1/client/flow/${flow}/execute`, {}))
  const run = started.body.appRunId
  const answered = await timed(() => ask('POST', `/v1/flowrun/resume/${run}`, answer))
  await ask('POST', `/v1/flowrun/resume/${run}`, answer)
  const { createdAt, steps } = await ask<Detailed>('GET', `/v1/flowrun/detailed/${run}`)
  const answeredAt = steps.find(({ stepId }) => stepId === 'first')?.finishedAt ?? ''
  return { start: started.ms, answer: answered.ms, ...spansOf(createdAt, steps, answeredAt) }
}

const answer = { toolResult: { success: true, output: 1 } }

async function timed<T>(work: () => Promise<T>): Promise<{ body: T; ms: number }> {
  const from = performance.now()
  const body = await work()
  return { body, ms: performance.now() - from }
}

async function publish(): Promise<string> {
  const { _id } = await ask<{ _id: string }>('POST', '/v1/flow', { definition: measured })
  await ask('POST', `/v1/flow/${_id}/publish`, {})
  return _id
}

/** @throws with the answer, if it is no 2xx. */
async function ask<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
  const { status, body: answered } = await call<T>(ends, method, path, body)
  if (status >= 300) throw new Error(`${method} ${path} answered ${status}: ${JSON.stringify(answered)}`)
  return answered
}

function tableOf(took: Took[]): string {
  const row = (what: string, times: number[]) => {
    const sorted = times.toSorted((a, b) => a - b)
    return `| ${what} | ${sorted.length} | ${quantile(sorted, 0.5).toFixed(0)} | ${quantile(sorted, 0.99).toFixed(0)} |`
  }
  return [
    `${took.length} runs, ${atOnce} at a time, ${new Date().toISOString()}`,
    '',
    '| milliseconds | times | p50 | p99 |',
    '|---|--:|--:|--:|',
    ...[
      row(
        'start → first function',
        took.map(({ startToFirst }) => startToFirst),
      ),
      row(
        'per transition',
        took.flatMap(({ transitions }) => transitions),
      ),
      row(
        'answer → next wait',
        took.map(({ answerToNext }) => answerToNext),
      ),
      row(
        'start, request → answer',
        took.map(({ start }) => start),
      ),
      row(
        'answer, request → answer',
        took.map(({ answer }) => answer),
      ),
    ],
    '',
  ].join('\n')
}

function needed(name: string): string {
  const value = process.env[name]
  if (value) return value
  console.error(`${name} is not set. Use: SLUICE=<address> KEY=<API key> npm run measure`)
  process.exit(1)
}

await main()
