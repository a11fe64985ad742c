import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createApiKey } from '../../shared/core/api-keys.ts'
import { createOrganisation } from '../../shared/core/organisations.ts'
import type { Principal } from '../../shared/core/principal.ts'
import { saveAndPublish } from '../../shared/core/publish.ts'
import { scopes } from '../../shared/core/roles.ts'
import type { World } from '../../shared/world.ts'
import type { DataFolder } from './data-folder.ts'

/** What the first start made; kept in the data folder (mode 0600) so that each start can print lines that work. */
export interface Demo {
  organisationId: string
  email: string
  /** null if the password was given from outside: then it is not kept. */
  password: string | null
  apiKey: string
  /** Ids of the sample flows by file name without ending. */
  flows: Record<string, string>
}

const samples = join(import.meta.dirname, 'samples')

/** Reads what an earlier start made, or makes organisation, admin, key and sample flows. */
export async function openDemo(world: World, folder: DataFolder, env = process.env): Promise<Demo> {
  const file = join(folder.path, 'demo.json')
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Demo
  const demo = await makeDemo(world, env)
  writeFileSync(`${file}.new`, `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
  return demo
}

async function makeDemo(world: World, env: NodeJS.ProcessEnv): Promise<Demo> {
  const email = env.SLUICE_ADMIN_EMAIL ?? 'admin@demo.example'
  const given = env.SLUICE_ADMIN_PASSWORD
  const password = given ?? randomBytes(12).toString('base64url')
  const { organisation, account } = await createOrganisation(world, {
    name: 'demo',
    slug: 'demo',
    email,
    password,
  })
  const admin: Principal = {
    orgId: organisation.id,
    actor: `user:${account.id}`,
    accountId: account.id,
    email,
    role: 'admin',
    scopes: null,
    sessionId: null,
  }
  const { key } = await createApiKey(world, admin, {
    name: 'demo',
    scopes: [...scopes],
  })
  return {
    organisationId: organisation.id,
    email,
    password: given === undefined ? password : null,
    apiKey: key,
    flows: await publishSamples(world, admin),
  }
}

async function publishSamples(world: World, admin: Principal): Promise<Record<string, string>> {
  const flows: Record<string, string> = {}
  for (const file of readdirSync(samples)
    .filter((name) => name.endsWith('.yaml'))
    .sort()) {
    const definition = readFileSync(join(samples, file), 'utf8')
    const { flow } = await saveAndPublish(world, admin, { definition })
    flows[file.replace('.yaml', '')] = flow.id
  }
  return flows
}
