import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { call } from '../account/call.ts'
import { type AccountChild, startAccount } from '../account/child.ts'
import { compileBench } from './compile.ts'
import { fetchLoad } from './fetch-load.ts'
import { approval, waitFree } from './flows.ts'
import { type Load, load, quantile } from './load.ts'

const seconds = Number(process.env.BENCH_SECONDS ?? 8)
const waits = Number(process.env.BENCH_WAITS ?? 10_000)

/** `npm run bench`: one pass over all figures, beside a bare HTTP server on the same machine. */
async function main(): Promise<void> {
  console.log(`Node ${process.version}, ${seconds} s a load`)
  const yard = await yardstick()
  const account = await startAccount()
  console.log(`ready after ${account.readyMs.toFixed(0)} ms, RSS ${account.rssMegabytes().toFixed(0)} MB`)
  await waitFreeBench(account, yard)
  await resumeBench(account)
  const held = await holdBench(account)
  compileBench()
  await held.stop()
  rmSync(account.folder, { recursive: true, force: true })
}

/** Who calls: autocannon, which takes little of the machine, and `fetch`, as an app does. */
const callers = [
  { name: 'autocannon', load },
  { name: 'fetch', load: fetchLoad },
] as const
const concurrencies = [1, 16] as const

/** Rates by caller and concurrency. */
type Rates = number[][]

async function yardstick(): Promise<Rates> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'yardstick.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer]
  const url = chunk.toString().trim()
  const rates: Rates = []
  for (const caller of callers) {
    const row: number[] = []
    for (const connections of concurrencies) {
      const bare = await caller.load({ url, connections, seconds: seconds / 2, body: { employees: 250 } })
      tell(`bare node:http, ${connections} by ${caller.name}`, bare)
      row.push(bare.perSecond)
    }
    rates.push(row)
  }
  child.kill()
  return rates
}

function tell(what: string, { perSecond, p50Ms, p99Ms, failed }: Load, beside = ''): void {
  const bad = failed > 0 ? ` ${failed} FAILED` : ''
  console.log(
    `${what.padEnd(32)} ${perSecond.toFixed(0).padStart(6)}/s  p50 ${p50Ms.toFixed(1)} ms  p99 ${p99Ms.toFixed(1)} ms ${beside}${bad}`,
  )
}

const ends = (account: AccountChild) => ({ url: account.url, key: account.demo.apiKey })

async function publish(account: AccountChild, definition: unknown): Promise<string> {
  const made = await call<{ _id: string }>(ends(account), 'POST', '/v1/flow', { definition })
  const published = await call(ends(account), 'POST', `/v1/flow/${made.body._id}/publish`, {})
  if (published.status !== 201) throw new Error(JSON.stringify(published.body))
  return made.body._id
}

async function waitFreeBench(account: AccountChild, yard: Rates): Promise<void> {
  const url = `${account.url}/v1/client/flow/${await publish(account, waitFree)}/execute`
  const headers = { authorization: `Bearer ${account.demo.apiKey}` }
  const body = { employees: 250, budget: 40_000 }
  await load({ url, connections: 16, seconds: 2, body, headers })
  for (const [row, caller] of callers.entries())
    for (const [at, connections] of concurrencies.entries()) {
      const before = account.cpuMs()
      const loaded = await caller.load({ url, connections, seconds, body, headers })
      const ofBare = ((yard[row]?.[at] ?? 0) / loaded.perSecond).toFixed(1)
      // Says more than the rate on a machine that does other things besides.
      const cpuMs = ((account.cpuMs() - before) / (loaded.perSecond * seconds)).toFixed(2)
      const beside = `(1/${ofBare} of bare, ${cpuMs} ms of CPU a run)`
      tell(`three steps, ${connections} by ${caller.name}`, loaded, beside)
    }
  console.log(`RSS after the loads ${account.rssMegabytes().toFixed(0)} MB`)
}

async function resumeBench(account: AccountChild): Promise<void> {
  const flow = await publish(account, approval)
  const times: number[] = []
  for (let round = 0; round < 300; round++) {
    const waiting = await call<{ appRunId: string }>(
      ends(account),
      'POST',
      `/v1/client/flow/${flow}/execute`,
      { name: 'Ada' },
    )
    const started = performance.now()
    const done = await call<{ status: string }>(
      ends(account),
      'POST',
      `/v1/flowrun/resume/${waiting.body.appRunId}`,
      { decision: 'approve' },
    )
    times.push(performance.now() - started)
    if (done.body.status !== 'completed') throw new Error(JSON.stringify(done.body))
  }
  times.sort((a, b) => a - b)
  console.log(
    `${'resume -> result'.padEnd(28)} p50 ${quantile(times, 0.5).toFixed(1)} ms  p99 ${quantile(times, 0.99).toFixed(1)} ms`,
  )
}

/** Parks runs, then restarts the account over them. */
async function holdBench(account: AccountChild): Promise<AccountChild> {
  const flow = await publish(account, approval)
  const before = account.rssMegabytes()
  const started = performance.now()
  let left = waits
  const park = async () => {
    while (left-- > 0) {
      const { status, body } = await call(ends(account), 'POST', `/v1/client/flow/${flow}/execute`, {
        name: 'Ada',
      })
      if (status !== 200) throw new Error(JSON.stringify(body))
    }
  }
  await Promise.all(Array.from({ length: 16 }, park))
  const parkMs = performance.now() - started
  console.log(
    `${waits} waits opened in ${(parkMs / 1000).toFixed(1)} s, RSS ${before.toFixed(0)} -> ${account.rssMegabytes().toFixed(0)} MB`,
  )
  await account.kill()
  const again = await startAccount({ folder: account.folder })
  console.log(
    `killed; ready again after ${again.readyMs.toFixed(0)} ms, RSS ${again.rssMegabytes().toFixed(0)} MB`,
  )
  return again
}

await main()
