import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../shared/world.ts'
import { call } from './call.ts'
import { type AccountChild, startAccount } from './child.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-carry-'))
let account: AccountChild
let demo: { url: string; key: string }
let other: { url: string; key: string }

beforeAll(async () => {
  account = await startAccount()
  demo = { url: account.url, key: account.demo.apiKey }
  other = { url: account.url, key: await keyOfAnother() }
}, 60_000)
afterAll(async () => {
  await account.stop()
  rmSync(account.folder, { recursive: true, force: true })
  rmSync(folder, { recursive: true, force: true })
})

interface Told {
  code: number
  out: string
  error: string
}

/** A command of package.json, as a person runs it. */
function command(program: string, args: string[], env: Record<string, string> = {}): Promise<Told> {
  const file = join(import.meta.dirname, '../../infra', program)
  return new Promise((resolve) =>
    execFile(process.execPath, [file, ...args], { env: { ...process.env, ...env } }, (failure, out, error) =>
      resolve({ code: failure === null ? 0 : Number(failure.code), out, error }),
    ),
  )
}

/** An API key of the admin of a new organisation. */
async function keyOfAnother(): Promise<string> {
  const wish = ['create-organisation', '--name', 'Other', '--email', 'ops@other.example']
  const { out } = await command('admin.ts', wish, { SLUICE_DATA: account.folder })
  const password = /with the password (\S+)/.exec(out)?.[1]
  const login = { username: 'ops@other.example', password }
  const { body: session } = await call<{ token: string }>(
    { url: account.url, key: '' },
    'POST',
    '/api/v1/auth/login',
    login,
  )
  const wished = { name: 'Carry', scopes: ['flows:read', 'flows:write', 'accounts:admin'] }
  const ends = { url: account.url, key: session.token }
  return (await call<{ key: string }>(ends, 'POST', '/v1/api-keys', wished)).body.key
}

const made = async (definition: JsonObject) =>
  (await call<{ _id: string }>(demo, 'POST', '/v1/flow', { definition })).body._id
const calling = (name: string, flowId: string): JsonObject => ({
  metadata: { name },
  nodes: { call: { type: 'flow', params: { flowId } } },
})
const options = ({ url, key }: typeof demo, into: string) => [
  '--url',
  `${url}/`,
  '--key',
  key,
  '--folder',
  into,
]

describe('npm run export and npm run import', () => {
  test('carry all flows into another organisation, where they call each other as they did', async () => {
    // Two in a circle: whichever is brought first, the other is not there yet.
    const ping = await made(calling('Ping', 'nobody'))
    const pong = await made(calling('Pong', ping))
    await call(demo, 'PATCH', `/v1/flow/${ping}`, { definition: calling('Ping', pong) })
    const { body: before } = await call<{ total: number }>(demo, 'GET', '/v1/flow?limit=1')
    const exported = await command('carry/export.ts', options(demo, join(folder, 'all')))
    const imported = await command('carry/import.ts', options(other, join(folder, 'all')))
    const newIds = new Map(
      [...imported.out.matchAll(/^(\S{36}) -> (\S{36}) /gm)].map(([, old, id]) => [old!, id!]),
    )

    expect(exported).toMatchObject({ code: 0, error: '' })
    expect(exported.out).toContain(`${newIds.size} flows are in`)
    expect(imported).toMatchObject({ code: 0, error: '' })
    expect(newIds.size).toBe(before.total)
    const definitionOf = async (ends: typeof demo, id: string) =>
      (await call<{ definition: JsonObject }>(ends, 'GET', `/v1/flow/${id}`)).body.definition
    expect(await definitionOf(other, newIds.get(ping)!)).toEqual(calling('Ping', newIds.get(pong)!))
    expect(await definitionOf(other, newIds.get(pong)!)).toEqual(calling('Pong', newIds.get(ping)!))
    // Exported alone, a flow calls others by number.
    const exportOf = async (ends: typeof demo, id: string) =>
      (await call<{ flow: JsonObject }>(ends, 'GET', `/v1/flow/${id}/export`)).body.flow
    for (const [old, id] of newIds) expect(await exportOf(other, id)).toEqual(await exportOf(demo, old))
  })

  test('carry what is published where that is asked for', async () => {
    const id = account.demo.flows['renewal-risk'] as string
    await call(demo, 'PATCH', `/v1/flow/${id}`, { definition: calling('Draft', 'nobody') })
    const into = join(folder, 'latest')
    const { code } = await command('carry/export.ts', [...options(demo, into), '--version', 'latest'])
    const wrong = await command('carry/export.ts', [...options(demo, join(folder, 'w')), '--version', 'new'])
    const { sourceVersion, flow } = JSON.parse(readFileSync(join(into, `${id}.flow.json`), 'utf8'))

    expect([code, sourceVersion, flow.definition.metadata.name]).toEqual([0, 1, 'Renewal risk'])
    expect(wrong).toMatchObject({ code: 1, error: expect.stringContaining('answers 400') })
  })

  test('take address and key from the environment, and leave a folder with flows alone', async () => {
    const env = { SLUICE: demo.url, KEY: demo.key }
    const into = join(folder, 'again')
    const first = await command('carry/export.ts', ['--folder', into], env)
    const text = readFileSync(join(into, readdirSync(into)[0]!), 'utf8')
    const second = await command('carry/export.ts', ['--folder', into], env)

    expect(first.code).toBe(0)
    expect(text).not.toContain(demo.key)
    expect(second).toMatchObject({ code: 1, out: '', error: expect.stringMatching(/name another folder\n$/) })
  })

  test.each<[string, string[], RegExp]>([
    ['nothing is named', [], /^npm run export -- --url/],
    ['an option is wrong', ['--into', 'x'], /^Unknown option '--into'/],
    ['there is no address', ['--url', 'flows', '--key', 'k', '--folder', 'x'], /is no address such as/],
    ['nobody answers', ['--url', 'http://127.0.0.1:1', '--key', 'k', '--folder', 'x'], /does not answer/],
  ])('say what is wrong where %s', async (_name, args, error) => {
    const told = await command(
      'carry/export.ts',
      args.map((arg) => (arg === 'x' ? join(folder, 'none') : arg)),
      { SLUICE: '', KEY: '' },
    )

    expect(told.code).toBe(1)
    expect(told.error).toMatch(error)
  })

  test('say which file or folder is wrong, and who is no Sluice', async () => {
    const broken = join(folder, 'broken')
    mkdirSync(broken)
    writeFileSync(join(broken, 'a.flow.json'), '{')
    const page = createServer((_, response) => response.end('<html>')).listen(0, '127.0.0.1')
    await once(page, 'listening')
    const elsewhere = { url: `http://127.0.0.1:${(page.address() as AddressInfo).port}`, key: 'k' }
    const told = await Promise.all([
      command('carry/import.ts', options(demo, broken)),
      command('carry/import.ts', options(demo, join(folder, 'nowhere'))),
      command('carry/export.ts', options(demo, join(broken, 'a.flow.json'))),
      command('carry/export.ts', options(elsewhere, join(folder, 'page'))),
    ])
    page.close()

    expect(told.map(({ code, out }) => [code, out])).toEqual(told.map(() => [1, '']))
    expect(told[0]?.error).toMatch(/a\.flow\.json is no JSON as npm run export writes it: .+\n$/)
    expect(told[1]?.error).toMatch(/^ENOENT: no such file or directory, scandir '.*nowhere'\n$/)
    expect(told[2]?.error).toMatch(/^ENOTDIR: not a directory, scandir '.*a\.flow\.json'\n$/)
    expect(told[3]?.error).toMatch(/answers with something other than JSON: is it the address of Sluice\?\n$/)
  })

  test('say what the service said where the key is none', async () => {
    const told = await command(
      'carry/export.ts',
      options({ ...demo, key: 'pat_none' }, join(folder, 'denied')),
    )

    expect(told).toMatchObject({ code: 1, error: expect.stringContaining('answers 401') })
  })
})
