import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call } from './call.ts'
import { type AccountChild, startAccount } from './child.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-admin-'))
let account: AccountChild

beforeAll(async () => {
  account = await startAccount({ folder })
})
afterAll(async () => {
  await account.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** `npm run admin -- …`, as a person runs it. */
function admin(args: string[], data = folder): Promise<{ code: number; out: string; error: string }> {
  const program = join(import.meta.dirname, '../../infra/admin.ts')
  return new Promise((resolve) => {
    const env = { ...process.env, SLUICE_DATA: data }
    execFile(process.execPath, [program, ...args], { env }, (failure, out, error) =>
      resolve({ code: failure === null ? 0 : Number(failure.code), out, error }),
    )
  })
}

const passwordIn = (text: string) => /with the password (\S+)/.exec(text)?.[1] ?? ''
const signIn = (username: string, password: string) =>
  call(account as never, 'POST', '/api/v1/auth/login', { username, password })

describe('npm run admin', () => {
  test('makes an organisation whose admin can sign in, and lists it', async () => {
    const made = await admin(['create-organisation', '--name', 'Acme Ltd', '--email', 'ops@acme.example'])

    expect(made).toMatchObject({ code: 0, error: '' })
    expect(made.out).toMatch(/^Made the organisation Acme Ltd: slug acme-ltd, id [0-9a-f-]{36}\n/)
    expect((await signIn('ops@acme.example', passwordIn(made.out))).status).toBe(200)
    const { out } = await admin(['list-organisations'])
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => line.split('  ')[1]),
    ).toEqual(['acme-ltd', 'demo'])
  })

  test('sets a new password, after which the old one is none', async () => {
    const made = await admin(['create-organisation', '--name', 'Beta', '--email', 'ops@beta.example'])
    const reset = await admin(['reset-password', '--email', 'OPS@beta.example'])

    expect((await signIn('ops@beta.example', passwordIn(made.out))).status).toBe(401)
    expect((await signIn('ops@beta.example', passwordIn(reset.out))).status).toBe(200)
  })

  test.each([
    [['create-organisation', '--name', 'Demo'], /create-organisation needs --email/],
    [['create-organisation', '--name', 'X', '--email', 'admin@demo.example'], /e-mail/i],
    [['create-organisation', '--name', 'X', '--email', 'x@x.example', '--slug', 'demo'], /slug/],
    [['reset-password', '--email', 'nobody@x.example'], /No account has the e-mail address/],
    [['--verbose'], /Unknown option/],
    [[], /npm run admin -- <command>/],
  ])('says what is wrong with %j', async (args, why) => {
    const { code, out, error } = await admin(args)

    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(error).toMatch(why)
  })

  test('says that nothing runs where nothing was started', async () => {
    expect((await admin(['list-organisations'], join(folder, 'none'))).error).toMatch(
      /Nothing has been started/,
    )
  })

  test('speaks to the owner of the folder alone', () => {
    expect(statSync(join(folder, 'lambda-url')).mode & 0o077).toBe(0)
  })
})
