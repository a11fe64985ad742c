import { execFile } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call } from '../account/call.ts'
import { type AccountChild, startAccount } from '../account/child.ts'
import { spansOf } from './timeline.ts'

let account: AccountChild
beforeAll(async () => {
  account = await startAccount()
})
afterAll(async () => {
  await account.stop()
  rmSync(account.folder, { recursive: true, force: true })
})

test('runs of a stage are timed, told as a table, and their flow is removed', {
  timeout: 120_000,
}, async () => {
  const ends = { url: account.url, key: account.demo.apiKey }
  const flows = async () => (await call<unknown>(ends, 'GET', '/v1/flow')).body
  const before = await flows()
  const file = join(account.folder, 'measured.md')

  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: { ...process.env, SLUICE: ends.url, KEY: ends.key, MEASURE_RUNS: '3', MEASURE_FILE: file },
  })

  expect(stdout).toContain(readFileSync(file, 'utf8'))
  expect(stdout).toMatch(/\| start → first function \| 3 \| \d+ \| \d+ \|/)
  expect(stdout).toMatch(/\| per transition \| 12 \| \d+ \| \d+ \|/)
  expect(stdout).toMatch(/\| answer → next wait \| 3 \| \d+ \| \d+ \|/)
  expect(await flows()).toEqual(before)
})

test('a run whose record lacks a step is not timed', () => {
  expect(() => spansOf('2026-01-01T00:00:00.000Z', [], '2026-01-01T00:00:00.000Z')).toThrow('first')
})
