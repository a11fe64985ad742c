import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { openDynamo } from '../../../infra/local/dynamodb/open.ts'
import type { Endpoint } from '../../../infra/local/endpoint.ts'
import { openStates } from '../../../infra/local/states/open.ts'
import { type Listening, listen } from '../../../infra/local/wire.ts'
import { systemClock } from '../../../shared/aws/clock.ts'
import { keptLog } from '../../local/kept-log.ts'
import { plainEvaluator } from '../../local/states/evaluator.ts'
import { openers } from '../dynamodb/subject.ts'
import { isBilled, readTargets, tellTargets } from '../targets.ts'

const machines = {
  SLUICE_CONTRACT_ROLE: 'arn:aws:iam::111122223333:role/m',
  SLUICE_CONTRACT_FUNCTION: 'echo',
}
const local = 'http://127.0.0.1:8000'

describe('what npm run contract asks', () => {
  const cases: [string, Record<string, string>, string | null, string | null][] = [
    ['nothing', {}, null, null],
    [
      'keys alone',
      { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 's', AWS_REGION: 'eu-west-1' },
      null,
      null,
    ],
    ['one endpoint', { AWS_ENDPOINT_URL_DYNAMODB: local }, local, null],
    ['the other', { AWS_ENDPOINT_URL_SFN: local }, null, local],
    ['an endpoint of all', { AWS_ENDPOINT_URL: local, AWS_ENDPOINT_URL_SFN: 'http://b' }, local, 'http://b'],
    ['a profile', { AWS_PROFILE: 'test' }, 'aws', null],
    ['a profile with a role', { AWS_PROFILE: 'test', ...machines }, 'aws', 'aws'],
    ['a profile and endpoints', { AWS_PROFILE: 'test', ...machines, AWS_ENDPOINT_URL: local }, local, local],
    [
      'what is set to nothing',
      { SLUICE_CONTRACT_DYNAMODB: '', AWS_ENDPOINT_URL: '', AWS_PROFILE: '' },
      null,
      null,
    ],
    [
      'its own variables',
      { SLUICE_CONTRACT_DYNAMODB: 'aws', SLUICE_CONTRACT_STATES: 'http://c', AWS_ENDPOINT_URL: local },
      'aws',
      'http://c',
    ],
  ]
  test.each(cases)('is chosen by %s', (_name, env, dynamodb, states) => {
    expect(readTargets(env)).toEqual({ dynamodb, states })
  })

  test('is told before, and costs nothing unless it is an account of AWS', () => {
    const env = { AWS_PROFILE: 'test', AWS_REGION: 'eu-west-1' }

    expect(tellTargets(readTargets(env), env).split('\n')).toEqual([
      'DynamoDB:       the AWS account of the profile test, eu-west-1',
      'Step Functions: the local account, since SLUICE_CONTRACT_ROLE and SLUICE_CONTRACT_FUNCTION are not both set',
      'Flows:          a local account that is started',
    ])
    expect(isBilled(readTargets(env))).toBe(true)
    expect(isBilled({ dynamodb: null, states: 'https://states.eu-west-1.amazonaws.com' })).toBe(true)
    expect(isBilled({ dynamodb: local, states: null })).toBe(false)
  })
})

test('npm test asks the local account, whatever the environment has', () => {
  for (const name of ['SLUICE_CONTRACT_DYNAMODB', 'AWS_ENDPOINT_URL_DYNAMODB', 'AWS_ENDPOINT_URL'])
    vi.stubEnv(name, 'http://127.0.0.1:1')
  vi.stubEnv('AWS_PROFILE', 'production')
  const names = openers().map(({ name }) => name)
  vi.unstubAllEnvs()

  expect(inject('contract')).toBeUndefined()
  expect(names).toEqual(['the local endpoint in process', 'the local endpoint over HTTP'])
})

describe('pointed at endpoints by the variables of the SDK', () => {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-contract-'))
  const top = join(import.meta.dirname, '../../..')
  const asked: string[] = []
  const closing: (() => Promise<void>)[] = []
  let dynamo: Listening
  let states: Listening

  beforeAll(async () => {
    const common = { dir, clock: systemClock, log: keptLog() }
    const tables = await openDynamo(common)
    const engine = await openStates({
      ...{ ...common, pool: plainEvaluator, onEnded: async () => {} },
      invoke: async () => ({ payload: null }),
    })
    dynamo = await listen(heard(tables), 'AKTEST')
    states = await listen(heard(engine), 'AKTEST')
    closing.push(
      dynamo.close,
      states.close,
      () => tables.close(),
      () => engine.close(),
    )
  })
  afterAll(async () => {
    for (const close of closing) await close()
    rmSync(dir, { recursive: true, force: true })
  })

  function heard(endpoint: Endpoint): Endpoint {
    return {
      service: endpoint.service,
      handle: async (request) => {
        asked.push(request.target.split('.').at(-1) ?? '')
        return await endpoint.handle(request)
      },
    }
  }

  test('the suites ask those, and say so first', { timeout: 60_000 }, async () => {
    const { AWS_PROFILE: _, ...env } = process.env
    const vitest = join(top, 'node_modules/vitest/vitest.mjs')
    const config = ['--config', 'test/contracts/vitest.config.ts', '--root', '.']
    const some = ['-t', 'a machine is made once|what is put is read again|garbage is no token']
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [vitest, 'run', ...config, 'test/contracts/dynamodb.test.ts', 'test/contracts/states.test.ts', ...some],
      {
        cwd: top,
        env: {
          ...env,
          ...{ AWS_ENDPOINT_URL_DYNAMODB: dynamo.url, AWS_ENDPOINT_URL_SFN: states.url, NO_COLOR: '1' },
          ...{ AWS_ACCESS_KEY_ID: 'AKTEST', AWS_SECRET_ACCESS_KEY: 'secret', AWS_REGION: 'us-east-1' },
        },
      },
    )

    expect(stdout).toContain(`DynamoDB:       ${dynamo.url}\nStep Functions: ${states.url}\n`)
    expect(stdout).toMatch(/Test Files {2}2 passed/)
    expect(asked).toEqual(
      expect.arrayContaining([
        ...['CreateTable', 'PutItem', 'GetItem'],
        ...['CreateStateMachine', 'SendTaskSuccess', 'DeleteStateMachine'],
      ]),
    )
  })
})
