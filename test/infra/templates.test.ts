import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, type Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { dump } from 'js-yaml'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { Data } from '../../infra/data.ts'
import { doors } from '../../infra/doors.ts'
import { Service } from '../../infra/service.ts'
import { chooseStage } from '../../infra/stages.ts'

/*
 * What AWS is told of a deployment, as files: a change of a construct, of a grant or of the CDK itself shows there. After a
 * change that is meant, `npx vitest run test/infra/templates.test.ts -u` writes them anew; the difference belongs into the
 * same commit.
 */

const folder = mkdtempSync(join(tmpdir(), 'sluice-templates-'))
let data: string
let service: string

beforeAll(() => {
  // The stacks' own test has CloudFormation's rules checked, which take most of a synthesis and change nothing in it.
  vi.stubEnv('CDK_VALIDATION', 'false')
  const { context } = JSON.parse(readFileSync(join(import.meta.dirname, '../../cdk.json'), 'utf8'))
  const app = new App({ context, outdir: join(folder, 'cdk.out') })
  const stage = chooseStage({ stage: 'prod' })
  const stateful = new Data(app, 'prod-data', { stage })
  // Routes are held to the route table by another test: a new one shall change nothing here.
  const nothing = { routes: [], bundles: emptyBundles() }
  const stateless = new Service(app, 'prod-service', { stage, data: stateful, ...nothing })
  data = written(stateful)
  service = written(stateless)
  vi.unstubAllEnvs()
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What is in the functions is not what they are: nothing has to be bundled. */
function emptyBundles(): string {
  const bundles = join(folder, 'functions')
  for (const { door } of doors) {
    mkdirSync(join(bundles, door), { recursive: true })
    writeFileSync(join(bundles, door, 'index.mjs'), '')
  }
  return bundles
}

test('the template of the data stack is the one of the file', async () => {
  await expect(data).toMatchFileSnapshot('templates/prod-data.yaml')
})

test('the template of the service stack is the one of the file', async () => {
  await expect(service).toMatchFileSnapshot('templates/prod-service.yaml')
})

/** As YAML; what has a name by that name, since the order in which cdk writes it depends on what it made before. */
function written(stack: Stack): string {
  const sections = Object.entries(Template.fromStack(stack).toJSON() as Record<string, object>)
  const sorted = sections.map(([section, members]) => [section, byName(members)])
  const text = dump(Object.fromEntries(sorted), { lineWidth: 120, noRefs: true })
  return text.replace(/\b[0-9a-f]{64}\b/g, '<hash>')
}

function byName(members: object): object {
  return Object.fromEntries(Object.entries(members).sort(([one], [other]) => (one < other ? -1 : 1)))
}
