import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import manifest from '../../package.json' with { type: 'json' }
import { call } from '../account/call.ts'
import { startAccount } from '../account/child.ts'
import { packFolder } from './folder-file.ts'

/** What is told of a release's data beside them. */
export interface Kept {
  version: string
  /** A run that waits for an approval. */
  waiting: string
  /** A run that was answered. */
  completed: string
  /** A run that failed. */
  failed: string
}

/** A refusal tells of the run that failed. */
interface Executed {
  appRunId?: string
  error?: { details: { appRunId: string } }
}

/**
 * `node test/upgrade/make.ts`: keeps the data folder as this release writes it, in `test/upgrade/releases/<version>`. Run it
 * once for each release, on the commit that is released; what it has made is never made again.
 */
async function make(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-upgrade-'))
  const account = await startAccount({ folder })
  const ends = { url: account.url, key: account.demo.apiKey }
  const run = async (flow: string, inputs: object): Promise<string> => {
    const { body } = await call<Executed>(ends, 'POST', `/v1/client/flow/${flow}/execute`, inputs)
    return body.appRunId ?? body.error?.details.appRunId ?? ''
  }
  const approval = account.demo.flows['expense-approval'] ?? ''
  const expense = { employee: 'Ada', amount: 420, reason: 'Conference' }
  const waiting = await run(approval, expense)
  const completed = await run(approval, expense)
  await call(ends, 'POST', `/v1/flowrun/resume/${completed}`, { decision: 'approve' })
  const failing = await publishFailing(ends)
  const failed = await run(failing, {})
  await account.stop()

  const kept: Kept = { version: manifest.version, waiting, completed, failed }
  const place = join(import.meta.dirname, 'releases', manifest.version)
  mkdirSync(place, { recursive: true })
  packFolder(folder, join(place, 'data.br'))
  writeFileSync(join(place, 'runs.json'), `${JSON.stringify(kept, null, 2)}\n`)
  rmSync(folder, { recursive: true })
  console.log(`${place}: ${(statSync(join(place, 'data.br')).size / 1024).toFixed(0)} KB`)
}

/** A flow that calls a name that no machine has. */
async function publishFailing(ends: { url: string; key: string }): Promise<string> {
  const definition = {
    metadata: { name: 'Fails' },
    triggers: [{ type: 'api' }],
    nodes: { call: { type: 'http', params: { url: 'https://nowhere.invalid/' } } },
  }
  const made = await call<{ _id: string }>(ends, 'POST', '/v1/flow', { definition })
  await call(ends, 'POST', `/v1/flow/${made.body._id}/publish`, {})
  return made.body._id
}

await make()
