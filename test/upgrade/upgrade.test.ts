import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call } from '../account/call.ts'
import { type AccountChild, startAccount } from '../account/child.ts'
import { unpackFolder } from './folder-file.ts'
import type { Kept } from './make.ts'

// Data that older releases wrote, opened by the present code. The next release adds its own: on the commit that is
// released, `node test/upgrade/make.ts` writes `releases/<version of package.json>/`, which is committed as it is and from
// then on never changed; this file finds it by itself.
const releases = join(import.meta.dirname, 'releases')

describe.each(readdirSync(releases))('data of release %s', (release) => {
  const kept = JSON.parse(readFileSync(join(releases, release, 'runs.json'), 'utf8')) as Kept
  const folder = mkdtempSync(join(tmpdir(), 'sluice-upgrade-'))
  let account: AccountChild
  beforeAll(async () => {
    unpackFolder(join(releases, release, 'data.br'), folder)
    account = await startAccount({ folder })
  })
  afterAll(async () => {
    await account.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const ask = (method: string, path: string, body?: object) =>
    call<Record<string, unknown>>({ url: account.url, key: account.demo.apiKey }, method, path, body)
  const poll = (run: string) => ask('GET', `/v1/flowrun/poll/${run}`)

  test('the run that waited goes on waiting, is answered, and completes', async () => {
    const before = await poll(kept.waiting)
    const answered = await ask('POST', `/v1/flowrun/resume/${kept.waiting}`, { decision: 'approve' })

    expect(before.body).toMatchObject({ status: 'waiting', pendingAction: { type: 'user-approval' } })
    expect(answered.body).toMatchObject({ status: 'completed' })
    expect((await poll(kept.waiting)).body).toMatchObject({ status: 'completed' })
  })

  test('what had ended can be read as it ended', async () => {
    expect((await poll(kept.completed)).body).toMatchObject({ status: 'completed' })
    expect((await poll(kept.failed)).body).toMatchObject({ status: 'failed' })
  })

  test('its flows start again', async () => {
    const flow = account.demo.flows['expense-approval']
    const expense = { employee: 'Ada', amount: 420, reason: 'Conference' }

    const started = await ask('POST', `/v1/client/flow/${flow}/execute`, expense)
    expect(started.body).toMatchObject({ status: 'waiting' })
  })
})
