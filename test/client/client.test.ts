import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AccountChild, startAccount } from '../account/child.ts'
import type { Driven } from './driven.ts'

const run = promisify(execFile)
const top = join(import.meta.dirname, '../..')
const driver = join(import.meta.dirname, 'drive.ts')
const folder = mkdtempSync(join(tmpdir(), 'sluice-client-'))
let account: AccountChild

beforeAll(async () => {
  account = await startAccount()
  const document = await (await fetch(`${account.url}/openapi.json`)).text()
  writeFileSync(join(folder, 'openapi.json'), document)
  const files = [join(folder, 'openapi.json'), join(folder, 'api.ts')]
  await run(process.execPath, [join(import.meta.dirname, 'generate.ts'), ...files])
})
afterAll(async () => {
  await account.stop()
  rmSync(account.folder, { recursive: true, force: true })
  rmSync(folder, { recursive: true, force: true })
})

test('a client whose types are made of the document compiles', async () => {
  const config = {
    extends: join(top, 'tsconfig.json'),
    compilerOptions: {
      noEmit: true,
      paths: { 'sluice-api': [join(folder, 'api.ts')] },
      typeRoots: [join(top, 'node_modules/@types')],
    },
    files: [driver],
    include: [],
    exclude: [],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))

  const compiler = join(top, 'node_modules/.bin/tsc')
  const { stdout } = await run(compiler, ['-p', join(folder, 'tsconfig.json')]).catch((error) => error)

  expect(stdout).toBe('')
})

test('it writes, publishes, runs and answers a flow', async () => {
  const { drive } = (await import(driver)) as { drive(url: string, key: string): Promise<Driven> }

  const { waiting, done, refused } = await drive(account.url, account.demo.apiKey)

  expect(waiting.question).toMatchObject({ message: 'Renew Acme?' })
  expect(done).toEqual({ status: 'completed', output: { renewed: true } })
  expect(refused).toEqual({ status: 422, code: 'validation_failed' })
})
