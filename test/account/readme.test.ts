import { execFile } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AccountChild, startAccount } from './child.ts'

const shell = promisify(execFile)
const top = join(import.meta.dirname, '../..')
const readme = readFileSync(join(top, 'README.md'), 'utf8')
let account: AccountChild

beforeAll(async () => {
  account = await startAccount()
})
afterAll(async () => {
  await account.stop()
  rmSync(account.folder, { recursive: true, force: true })
})

/** The shell block below `<!-- readme: name -->`, as it stands. */
function block(name: string): string {
  const found = new RegExp(`<!-- readme: ${name} -->\\n\`\`\`sh\\n([\\s\\S]*?)\`\`\``).exec(readme)
  if (found?.[1] === undefined) throw new Error(`The README has no block ${name}`)
  return found[1]
}

async function run(name: string, env: Record<string, string>): Promise<Record<string, unknown>[]> {
  const { stdout } = await shell('sh', ['-c', block(name)], {
    env: { PATH: process.env.PATH ?? '', SLUICE: account.url, KEY: account.demo.apiKey, ...env },
  })
  // Bodies follow each other without a line break.
  return JSON.parse(`[${stdout.replaceAll('}{', '},{')}]`)
}

test('M15 the README’s first flow is made, published, run, answered and completed by its own lines', async () => {
  const [flow] = await run('create', {})
  const FLOW = String(flow?._id)
  const [version, waiting] = await run('run', { FLOW })
  const [done] = await run('answer', { FLOW, RUN: String(waiting?.appRunId) })

  expect(version).toMatchObject({ version: 1, status: 'published' })
  expect(waiting).toMatchObject({
    status: 'waiting',
    pendingAction: { type: 'user-approval', message: 'Renew Acme?' },
  })
  expect(done).toMatchObject({
    status: 'completed',
    output: { renewed: true, by: expect.stringMatching(/^key:/) },
  })
})

test('the README’s lines upload a file, and announce one', async () => {
  const [form, announced] = await run('file', {})

  expect(form).toMatchObject({ filename: 'claim.txt', contentType: 'text/plain', size: 7, status: 'ready' })
  expect(announced).toMatchObject({ size: 7, status: 'pending', uploadHeaders: { 'content-length': '7' } })
})

test('every script that the README names is there', () => {
  const { scripts } = JSON.parse(readFileSync(join(top, 'package.json'), 'utf8'))
  const named = [...readme.matchAll(/npm (?:run )?(start|test(?::\w+)?|[a-z:]+)/g)].map((match) => match[1]!)

  expect(
    named.filter((name) => !['ci'].includes(name) && scripts[name] === undefined && name !== 'brings'),
  ).toEqual([])
})
