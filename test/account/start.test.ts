import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call } from './call.ts'
import { type AccountChild, startAccount } from './child.ts'

const shell = promisify(execFile)
const folders: string[] = []
const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-start-'))
  folders.push(folder)
  return folder
}
let account: AccountChild
let readyCpuMs: number

beforeAll(async () => {
  account = await startAccount({ folder: newFolder() })
  readyCpuMs = account.cpuMs()
})
afterAll(async () => {
  await account.stop()
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

describe('npm start', () => {
  test('is ready within five seconds', async () => {
    // Other tests run beside this one: what counts is what the program needs, not what it had to wait for.
    expect(Math.min(account.readyMs, readyCpuMs)).toBeLessThan(5000)
  })

  test('prints curl lines that work as they stand', async () => {
    const lines = account.printed
      .split('\n')
      .filter((line) => line.startsWith('curl ') && !line.includes('<'))
    const answers = await Promise.all(lines.map((line) => shell('sh', ['-c', line])))

    expect(lines).toHaveLength(3)
    expect(JSON.parse(answers[0]!.stdout)).toEqual({ summary: 'Renewal risk is low', score: 82 })
    expect(JSON.parse(answers[1]!.stdout)).toMatchObject({
      status: 'waiting',
      appRunId: expect.any(String),
      pendingAction: { type: 'user-approval' },
    })
    expect(JSON.parse(answers[2]!.stdout)).toMatchObject({
      flowId: expect.any(String),
      flowStatus: 'INCOMPLETE',
      type: 'VIEW',
    })
  })

  test('lets the admin sign in with the password that it printed', async () => {
    const { email, password } = account.demo
    const { status, body } = await call(account as never, 'POST', '/api/v1/auth/login', {
      username: email,
      password,
    })

    expect(account.printed).toContain(password)
    expect(status).toBe(200)
    expect(body).toMatchObject({ token: expect.any(String), expires_at: expect.any(String) })
  })

  test('keeps keys and passwords readable by their owner alone', () => {
    for (const name of ['keys', 'demo.json'])
      expect(statSync(join(account.folder, name)).mode & 0o077).toBe(0)
  })

  test('takes the admin’s e-mail and password from outside, and never keeps the password', async () => {
    const given = { SLUICE_ADMIN_EMAIL: 'ada@example.com', SLUICE_ADMIN_PASSWORD: 'correct horse battery' }
    const other = await startAccount({ folder: newFolder(), env: given })
    const login = { username: 'ada@example.com', password: given.SLUICE_ADMIN_PASSWORD }
    const { status } = await call({ url: other.url, key: '' }, 'POST', '/api/v1/auth/login', login)
    await other.stop()

    expect(status).toBe(200)
    expect(other.demo.password).toBeNull()
    expect(other.printed).not.toContain(given.SLUICE_ADMIN_PASSWORD)
  })

  test('says which loopback addresses steps may call', async () => {
    const other = await startAccount({
      folder: newFolder(),
      env: { SLUICE_OUTBOUND_ALLOW: '127.0.0.1:9999' },
    })
    await other.stop()

    expect(account.printed).not.toContain('Steps may call')
    expect(other.printed).toContain('127.0.0.1:9999')
  })

  test('ends cleanly on Ctrl-C and starts again with the same key', async () => {
    const folder = newFolder()
    const first = await startAccount({ folder })
    const code = await first.stop()
    const second = await startAccount({ folder })
    const { status } = await call({ url: second.url, key: first.demo.apiKey }, 'GET', '/v1/flow')
    await second.stop()

    expect(code).toBe(0)
    expect(second.demo).toEqual(first.demo)
    expect(status).toBe(200)
  })
})

describe('npm start refuses with one sentence', () => {
  test('a Node that is too old', async () => {
    const pretend = 'Object.defineProperty(process.versions,"node",{value:"20.1.0"})'
    const old = shell(process.execPath, [
      '--import',
      `data:text/javascript,${pretend}`,
      'infra/local/start.js',
    ])

    await expect(old).rejects.toMatchObject({
      code: 1,
      stderr: 'Sluice needs Node 24, this is 20.1.0. Run "npm ci", which brings it, and then "npm start".\n',
    })
  })

  const refusal = async (options: Parameters<typeof startAccount>[0]) => {
    const error = await startAccount(options).then(
      () => new Error('it started'),
      (refused: Error) => refused,
    )
    return error.message
  }

  test('a port in use', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    const said = await refusal({ folder: newFolder(), port })
    server.close()

    expect(said).toMatch(new RegExp(`ended with 1: Port ${port} is in use\\..*set PORT`, 's'))
    expect(said.trim().split('\n')).toHaveLength(1)
  })

  test('a port that is none', async () => {
    expect(await refusal({ folder: newFolder(), env: { PORT: 'http' } })).toMatch(
      /ended with 1: PORT is "http"/,
    )
  })

  test('a data folder that cannot be written', async () => {
    const file = join(newFolder(), 'file')
    writeFileSync(file, '')

    expect(await refusal({ folder: join(file, 'data') })).toMatch(
      /ended with 1: The data folder .* cannot be written/,
    )
  })

  test('data of a newer release', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'format'), '99\n')

    expect(await refusal({ folder })).toMatch(/ended with 1: The data in .* newer Sluice \(format 99/)
  })

  test('a data folder that another process holds', async () => {
    const said = await refusal({ folder: account.folder })

    expect(said).toMatch(/ended with 1: /)
    expect(said).toMatch(/another|in use/i)
    expect(said.trim().split('\n')).toHaveLength(1)
  })
})
