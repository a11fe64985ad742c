import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Match, Template } from 'aws-cdk-lib/assertions'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeApp } from '../../infra/app.ts'
import { type Bundle, bundleDoors } from '../../infra/bundle.ts'
import { doors } from '../../infra/doors.ts'
import { grants } from '../../infra/grants.ts'
import { routes } from '../../shared/faces/index.ts'
import { tableShape } from '../../shared/store/table.ts'
import { actionsNeeded, secretsNeeded } from './reachable.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-infra-'))
let data: Template
let service: Template
let bundles: Map<string, Bundle>

beforeAll(async () => {
  bundles = await bundleDoors(join(folder, 'functions'))
  const { context } = JSON.parse(readFileSync(join(import.meta.dirname, '../../cdk.json'), 'utf8'))
  const made = makeApp(
    { context: { ...context, stage: 'prod' }, outdir: join(folder, 'cdk.out') },
    join(folder, 'functions'),
  )
  // Throws if nag or CloudFormation's own rules find anything.
  made.app.synth()
  data = Template.fromStack(made.data)
  service = Template.fromStack(made.service)
}, 240_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The routes of the API that speaks a protocol. */
function routesOf(protocol: 'HTTP' | 'WEBSOCKET') {
  const apis = service.findResources('AWS::ApiGatewayV2::Api', { Properties: { ProtocolType: protocol } })
  return Object.values(service.findResources('AWS::ApiGatewayV2::Route')).filter(
    ({ Properties }) => Properties.ApiId.Ref in apis,
  )
}

describe('the data stack', () => {
  test('builds the table that the store speaks of, protected and retained', () => {
    data.hasResource('AWS::DynamoDB::GlobalTable', {
      DeletionPolicy: 'Retain',
      Properties: {
        KeySchema: [
          { AttributeName: tableShape.partitionKey, KeyType: 'HASH' },
          { AttributeName: tableShape.sortKey, KeyType: 'RANGE' },
        ],
        GlobalSecondaryIndexes: tableShape.indexes.map((index) => ({
          IndexName: index.name,
          KeySchema: [
            { AttributeName: index.partitionKey, KeyType: 'HASH' },
            { AttributeName: index.sortKey, KeyType: 'RANGE' },
          ],
          Projection:
            index.projected.length === 0
              ? { ProjectionType: 'KEYS_ONLY' }
              : { ProjectionType: 'INCLUDE', NonKeyAttributes: index.projected },
        })),
        TimeToLiveSpecification: { AttributeName: tableShape.ttl, Enabled: true },
        StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
        Replicas: [
          Match.objectLike({
            DeletionProtectionEnabled: true,
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          }),
        ],
      },
    })
  })

  test('keeps bucket, key and secrets when it goes', () => {
    for (const type of ['AWS::S3::Bucket', 'AWS::KMS::Key', 'AWS::SecretsManager::Secret'])
      data.allResources(type, { DeletionPolicy: 'Retain' })
  })

  test('lets pages use signed URLs, keeps strangers out, and takes away what was forgotten', () => {
    data.hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true },
      CorsConfiguration: {
        CorsRules: [
          {
            AllowedOrigins: ['*'],
            AllowedMethods: ['GET', 'HEAD', 'PUT'],
            AllowedHeaders: ['*'],
            ExposedHeaders: ['ETag', 'Content-Length', 'Content-Range'],
            MaxAge: 7200,
          },
        ],
      },
      LifecycleConfiguration: {
        Rules: [
          Match.objectLike({ Prefix: 'files/', ExpirationInDays: 3700 }),
          Match.objectLike({ Prefix: 'runs/', ExpirationInDays: 400 }),
        ],
      },
    })
  })

  test('never moves the logical id of what holds data', () => {
    const held = [
      'AWS::DynamoDB::GlobalTable',
      'AWS::S3::Bucket',
      'AWS::KMS::Key',
      'AWS::SecretsManager::Secret',
    ]
    const ids = Object.entries(data.toJSON().Resources as Record<string, { Type: string }>)
      .filter(([, resource]) => held.includes(resource.Type))
      .map(([id]) => id)
      .sort()

    expect(ids).toEqual([
      'FilesBucket7C17EE2E',
      'KeysKeyFE944A9C',
      'KeysSealingEEF27743',
      'KeysSigningD455BFD1',
      'RecordsTableC9B7A30B',
    ])
  })
})

describe('a provider of models', () => {
  let withModels: Template[]
  beforeAll(() => {
    const made = makeApp(
      {
        context: {
          ...{ stage: 'prod', llmBaseUrl: 'https://models.example.com/v1', llmModel: 'small' },
          ...{ alarmEmail: 'ops@example.com', waf: 'true' },
        },
        outdir: join(folder, 'models.out'),
      },
      join(folder, 'functions'),
    )
    made.app.synth()
    withModels = [Template.fromStack(made.data), Template.fromStack(made.service)]
  })

  test('has a secret for its key, which only the functions that ask models may read', () => {
    const [{ data: stateful, service: stateless }] = [{ data: withModels[0]!, service: withModels[1]! }]
    const ids = Object.keys(stateful.findResources('AWS::SecretsManager::Secret'))
    const key = ids.find((id) => id.startsWith('KeysModel'))
    const readers = Object.entries(stateless.findResources('AWS::IAM::Policy'))
      .filter(([, policy]) => JSON.stringify(policy).includes(`${key}`))
      .map(([id]) => id.replace(/RoleDefaultPolicy.*/, ''))

    expect(ids).toHaveLength(3)
    expect(readers.sort()).toEqual(['Dashboard', 'Step'])
    stateless.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'prod-sluice-step',
      Environment: {
        Variables: Match.objectLike({
          SLUICE_LLM_BASE_URL: 'https://models.example.com/v1',
          SLUICE_LLM_MODEL: 'small',
        }),
      },
    })
  })

  test('leaves nothing behind where there is none', () => {
    data.resourceCountIs('AWS::SecretsManager::Secret', 2)
    expect(JSON.stringify(service.toJSON())).not.toContain('SLUICE_LLM')
  })
})

describe('the service stack', () => {
  test('has exactly the routes of the route table, HEAD beside every GET, and the default', () => {
    const keys = routesOf('HTTP').map((route) => route.Properties.RouteKey as string)
    const expected = routes.flatMap(({ method, path }) =>
      method === 'GET' ? [`GET ${path}`, `HEAD ${path}`] : [`${method} ${path}`],
    )

    expect(keys.sort()).toEqual([...expected, '$default'].sort())
  })

  test('sends each route to the function of its face', () => {
    const integrations = service.findResources('AWS::ApiGatewayV2::Integration')
    const targetOf = (route: { Target: { 'Fn::Join': [string, [string, { Ref: string }]] } }) =>
      JSON.stringify(integrations[route.Target['Fn::Join'][1][1].Ref]?.Properties.IntegrationUri)
    for (const route of routesOf('HTTP')) {
      const key = route.Properties.RouteKey as string
      const face =
        routes.find(({ method, path }) => key.replace('HEAD', 'GET') === `${method} ${path}`)?.face ?? 'own'
      expect(targetOf(route.Properties as never)).toContain(
        `${face.charAt(0).toUpperCase()}${face.slice(1)}Function`,
      )
    }
  })

  test('sends handshakes, texts and goodbyes of the WebSocket API to one function, which may answer texts', () => {
    const found = routesOf('WEBSOCKET').map(({ Properties }) => [
      Properties.RouteKey,
      Properties.RouteResponseSelectionExpression,
    ])

    expect(found.sort()).toEqual([
      ['$connect', undefined],
      ['$default', '$default'],
      ['$disconnect', undefined],
    ])
    service.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: 'prod',
      DefaultRouteSettings: Match.objectLike({ ThrottlingRateLimit: 2000, ThrottlingBurstLimit: 4000 }),
      AccessLogSettings: Match.objectLike({ Format: Match.stringLikeRegexp('connectionId') }),
    })
  })

  test('lets one function manage connections, those of its stage alone, and tells it where they are', () => {
    const managing = Object.values(service.findResources('AWS::IAM::Policy')).filter((policy) =>
      JSON.stringify(policy).includes('execute-api:ManageConnections'),
    )
    const functions = service.findResources('AWS::Lambda::Function', {
      Properties: {
        Environment: { Variables: { AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: Match.anyValue() } },
      },
    })

    expect(managing).toHaveLength(1)
    expect(JSON.stringify(managing[0])).toContain('/prod/POST/@connections/*')
    expect(Object.keys(functions).some((id) => id.startsWith('Changed'))).toBe(true)
  })

  test('runs every function on Node 24, arm64, with its own log of limited life', () => {
    service.resourceCountIs('AWS::Lambda::Function', doors.length)
    service.allResourcesProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
    })
    service.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 180 })
  })

  test('traces every function but the one that runs scripts', () => {
    const traced = Object.values(service.findResources('AWS::Lambda::Function')).filter(
      ({ Properties }) => Properties.TracingConfig?.Mode === 'Active',
    )

    expect(traced).toHaveLength(doors.length - 1)
    expect(traced.map(({ Properties }) => Properties.FunctionName)).not.toContain('prod-sluice-script')
  })

  test('gives the functions that machines call the names that they call', () => {
    service.hasResourceProperties('AWS::Lambda::Function', { FunctionName: 'prod-sluice-step', Timeout: 120 })
    service.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'prod-sluice-script',
      Timeout: 10,
    })
  })

  test('tells the function that runs scripts nothing, and lets it write its log and nothing else', () => {
    const [script] = Object.values(service.findResources('AWS::Lambda::Function')).filter(
      ({ Properties }) => Properties.FunctionName === 'prod-sluice-script',
    )
    const policies = Object.values(service.findResources('AWS::IAM::Policy')).filter(({ Properties }) =>
      JSON.stringify(Properties.Roles).includes(script?.Properties.Role['Fn::GetAtt'][0]),
    )
    const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement)

    expect(script?.Properties.Environment.Variables).toEqual({ NODE_OPTIONS: '--enable-source-maps' })
    expect(script?.Properties).not.toHaveProperty('DeadLetterConfig')
    expect(statements.flatMap(({ Action }) => Action)).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents'])
    expect(JSON.stringify(statements.map(({ Resource }) => Resource))).toMatch(/ScriptLog/)
  })

  // Machines hold its ARN for as long as their versions: under a name that CloudFormation chose, whatever was published
  // before the stack was removed could not run after it was deployed again.
  test('gives machines a role that has the same name whenever the stack is made', () => {
    service.hasResourceProperties('AWS::IAM::Role', {
      RoleName: { 'Fn::Join': ['', ['prod-sluice-machines-', { Ref: 'AWS::Region' }]] },
    })
  })

  test('lets machines invoke the step and script functions and nothing else', () => {
    const policies = Object.values(service.findResources('AWS::IAM::Policy'))
    const machine = policies.find((policy) => JSON.stringify(policy.Properties.Roles).includes('MachineRole'))
    const statements: { Action: string; Resource: unknown }[] =
      machine?.Properties.PolicyDocument.Statement ?? []
    const invokes = statements.filter(({ Action }) => Action === 'lambda:InvokeFunction')

    expect(invokes).toHaveLength(1)
    expect(
      JSON.stringify(invokes[0]?.Resource)
        .match(/:function:[^"]*/g)
        ?.sort(),
    ).toEqual([':function:prod-sluice-script', ':function:prod-sluice-step'])
  })

  test('lets the functions reach files and outputs of runs, and no other object of the bucket', () => {
    const statements = Object.values(service.findResources('AWS::IAM::Policy')).flatMap(
      (policy) =>
        policy.Properties.PolicyDocument.Statement as { Action: string | string[]; Resource: unknown }[],
    )
    const onObjects = statements.filter(({ Action }) =>
      [Action].flat().some((action) => /^s3:(Get|Put|Delete)/.test(action)),
    )

    expect(onObjects.length).toBeGreaterThan(0)
    for (const { Resource } of onObjects)
      for (const resource of [Resource].flat())
        expect(JSON.stringify(resource)).toMatch(/"\/(files|runs)\/\*"\]\]\}$/)
  })

  test('has no wildcard action and no wildcard resource beyond log delivery, traces and the stage’s machines', () => {
    const statements = Object.values(service.findResources('AWS::IAM::Policy')).flatMap(
      (policy) =>
        policy.Properties.PolicyDocument.Statement as { Action: string | string[]; Resource: unknown }[],
    )
    const actions = statements.flatMap(({ Action }) => Action)
    const open = statements.filter(({ Resource }) => Resource === '*').flatMap(({ Action }) => Action)

    expect(actions.filter((action) => action.includes('*'))).toEqual([])
    expect([...new Set(open.filter((action) => !/^(xray|logs):/.test(action)))]).toEqual([
      // AWS knows no other resource for them.
      'states:ListStateMachines',
      'scheduler:ListSchedules',
    ])
  })

  test('alarms on failed and throttled executions', () => {
    service.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'MatchedEvents',
      Namespace: 'AWS/Events',
    })
    service.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'ThrottledEvents',
      Namespace: 'AWS/States',
    })
  })
})

test('every alarm leads to a part of the runbook that says what to do, and the runbook has no others', () => {
  const runbook = readFileSync(join(import.meta.dirname, '../../docs/runbook.md'), 'utf8')
  const parts = [...runbook.matchAll(/^## (\w+)$/gm)].map((match) => match[1]!.toLowerCase())
  const alarms = Object.values(service.findResources('AWS::CloudWatch::Alarm'))
  const linked = alarms.map(
    ({ Properties }) => /docs\/runbook\.md#(\w+)$/.exec(Properties.AlarmDescription)?.[1],
  )

  expect([...new Set(linked)].sort()).toEqual(parts.sort())
  for (const { Properties } of alarms) expect(Properties.AlarmActions).toHaveLength(1)
})

describe.each(doors.map(({ door }) => door))('the function %s', (door) => {
  const bundle = () => bundles.get(door)!

  test('is allowed exactly the calls that its code makes', () => {
    // Lambda itself reads the stream, under the function's role.
    const granted = grants[door].flatMap(({ on, actions }) => (on === 'stream' ? [] : actions))

    expect([...new Set(granted)].sort()).toEqual(actionsNeeded(bundle()))
  })

  test('reads exactly the platform secrets that its code asks for', () => {
    const granted = grants[door].flatMap(({ on }) => /^(signing|sealing|model) secret$/.exec(on)?.[1] ?? [])

    expect(granted.sort()).toEqual(secretsNeeded(bundle()))
  })

  test('says why it is allowed each of them', () => {
    for (const { why } of grants[door]) expect(why).toMatch(/\w+ \w+/)
  })

  /**
   * What a function reads when it wakes is its entry with everything imported statically. Chunks behind `import()` are
   * read one by one by the first call that needs them: the compiler and its checks by the first publish, undici, the
   * largest by far (717 KB), by the first call that leaves the service.
   */
  test('bundles under 400 KB, without anything of the local account', () => {
    const { weight, inputs } = bundle()
    console.log(`${door}: ${kilobytes(weight.entry)} at the start, ${kilobytes(weight.later)} when needed`)

    expect(weight.entry).toBeLessThan(400 * 1024)
    expect(weight.later).toBeLessThan(4096 * 1024)
    expect(inputs.filter((file) => /^infra\/|dynalite|node_modules\/jsonata\//.test(file))).toEqual([])
  })

  test('can be imported as Lambda does it, and has a handler', async () => {
    expect((await import(bundle().file)).handler).toBeTypeOf('function')
  })
})

describe('the bundle that runs scripts', () => {
  // A fresh process in a fresh place, without the repository's node_modules around it.
  test('runs one, and contains another, from its folder alone', () => {
    const at = bundles.get('script')!.file
    const code = `
      const { handler } = await import(${JSON.stringify(at)})
      const event = { v: 1, kind: 'script', run: 'r', stepId: 's', iter: null, at: '2026-03-01T06:00:00.000Z' }
      const value = await handler({ ...event, code: 'return [input.a + 1, typeof process, new Date()]', input: { a: 1 } })
      const error = await handler({ ...event, code: 'for (;;) {}', input: null }).catch(({ name }) => name)
      console.log(JSON.stringify({ value, error }))
      process.exit()`
    const told = execFileSync(process.execPath, ['--input-type=module', '-e', code], {
      encoding: 'utf8',
      cwd: folder,
    })

    expect(JSON.parse(told)).toEqual({
      value: [2, 'undefined', '2026-03-01T06:00:00.000Z'],
      error: 'Script.Timeout',
    })
  })

  test('takes nothing of AWS with it', () => {
    expect(
      bundles.get('script')!.inputs.filter((file) => /aws-sdk|smithy|shared\/(aws|core|store)\//.test(file)),
    ).toEqual([])
  })
})

describe('the bundle that serves the documents', () => {
  // A fresh process in a fresh place, without the repository's node_modules around it.
  test('has the page, its renderer and the whole document in its folder', () => {
    const code = `
      const { handler } = await import(${JSON.stringify(bundles.get('own')!.file)})
      const told = []
      for (const rawPath of ['/docs', '/docs/renderer.js', '/docs/renderer.css', '/openapi.json']) {
        const requestContext = { http: { method: 'GET', sourceIp: '203.0.113.7' } }
        const event = { rawPath, rawQueryString: '', headers: {}, isBase64Encoded: false, requestContext }
        const context = { awsRequestId: 'aws-1', getRemainingTimeInMillis: () => 29_000 }
        const { statusCode, headers, body } = await handler(event, context)
        told.push([statusCode, headers['content-type'], body.length > 500])
        if (rawPath === '/openapi.json') told.push(Object.values(JSON.parse(body).paths).flatMap(Object.keys).length)
      }
      console.log(JSON.stringify(told))
      process.exit()`
    const names = ['STAGE', 'TABLE', 'MACHINE_ROLE_ARN', 'MACHINE_LOG_GROUP_ARN', 'BUCKET', 'KEY_ID']
    const env = [...names, 'SIGNING_SECRET', 'SEALING_SECRET'].map((name) => [`SLUICE_${name}`, 'any'])
    const told = execFileSync(process.execPath, ['--input-type=module', '-e', code], {
      encoding: 'utf8',
      cwd: folder,
      env: {
        ...Object.fromEntries(env),
        SLUICE_BASE_URL: 'https://api.example.com',
        AWS_REGION: 'eu-west-1',
      },
    })

    expect(JSON.parse(told)).toEqual([
      [200, 'text/html; charset=utf-8', true],
      [200, 'text/javascript; charset=utf-8', true],
      [200, 'text/css; charset=utf-8', true],
      [200, 'application/json', true],
      routes.length,
    ])
  })
})

function kilobytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(0)} KB`
}
