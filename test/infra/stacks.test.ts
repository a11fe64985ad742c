import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { doors } from '../../infra/doors.ts'
import { again } from './stacks/again.ts'
import { alarms } from './stacks/alarms.ts'
import { apis } from './stacks/apis.ts'
import { dataStack } from './stacks/data-stack.ts'
import { documentsBundle } from './stacks/documents-bundle.ts'
import { domain } from './stacks/domain.ts'
import { door } from './stacks/door.ts'
import { functions } from './stacks/functions.ts'
import { models } from './stacks/models.ts'
import { openStacks, type Stacks } from './stacks/open-stacks.ts'
import { permissions } from './stacks/permissions.ts'
import { runbook } from './stacks/runbook.ts'
import { scriptBundle } from './stacks/script-bundle.ts'
import { streamReaders } from './stacks/stream-readers.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-infra-'))
let opened: Stacks
beforeAll(async () => {
  opened = await openStacks(folder)
}, 240_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const stacks = () => opened

describe('the data stack', () => dataStack(stacks))
describe('a provider of models', () => models(stacks))
describe('a name of its own', () => domain(stacks))
describe('the service stack', () => {
  for (const check of [apis, functions, permissions, alarms, streamReaders, again]) check(stacks)
})
runbook(stacks)
describe.each(doors.map((shape) => shape.door))('the function %s', (name) => door(name, stacks))
describe('the bundle that runs scripts', () => scriptBundle(stacks))
describe('the bundle that serves the documents', () => documentsBundle(stacks))
