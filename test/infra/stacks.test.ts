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
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

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

describe('the service stack', () => {
  test('has exactly the routes of the route table, HEAD beside every GET, and the default', () => {
    const keys = Object.values(service.findResources('AWS::ApiGatewayV2::Route')).map(
      (route) => route.Properties.RouteKey as string,
    )
    const expected = routes.flatMap(({ method, path }) =>
      method === 'GET' ? [`GET ${path}`, `HEAD ${path}`] : [`${method} ${path}`],
    )

    expect(keys.sort()).toEqual([...expected, '$default'].sort())
  })

  test('sends each route to the function of its face', () => {
    const integrations = service.findResources('AWS::ApiGatewayV2::Integration')
    const targetOf = (route: { Target: { 'Fn::Join': [string, [string, { Ref: string }]] } }) =>
      JSON.stringify(integrations[route.Target['Fn::Join'][1][1].Ref]?.Properties.IntegrationUri)
    for (const route of Object.values(service.findResources('AWS::ApiGatewayV2::Route'))) {
      const key = route.Properties.RouteKey as string
      const face =
        routes.find(({ method, path }) => key.replace('HEAD', 'GET') === `${method} ${path}`)?.face ?? 'own'
      expect(targetOf(route.Properties as never)).toContain(
        `${face.charAt(0).toUpperCase()}${face.slice(1)}Function`,
      )
    }
  })

  test('runs every function on Node 24, arm64, with its own log of limited life', () => {
    service.resourceCountIs('AWS::Lambda::Function', doors.length)
    service.allResourcesProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      TracingConfig: { Mode: 'Active' },
    })
    service.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 180 })
  })

  test('gives the step function the one name that machines call', () => {
    service.hasResourceProperties('AWS::Lambda::Function', { FunctionName: 'prod-sluice-step', Timeout: 120 })
  })

  test('lets machines invoke the step function and nothing else', () => {
    const policies = Object.values(service.findResources('AWS::IAM::Policy'))
    const machine = policies.find((policy) => JSON.stringify(policy.Properties.Roles).includes('MachineRole'))
    const statements: { Action: string; Resource: unknown }[] =
      machine?.Properties.PolicyDocument.Statement ?? []
    const invokes = statements.filter(({ Action }) => Action === 'lambda:InvokeFunction')

    expect(invokes).toHaveLength(1)
    expect(JSON.stringify(invokes[0]?.Resource)).toContain(':function:prod-sluice-step"')
  })

  test('lets the functions reach files, and no other object of the bucket', () => {
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
        expect(JSON.stringify(resource)).toMatch(/"\/files\/\*"\]\]\}$/)
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

describe.each(doors.map(({ door }) => door))('the function %s', (door) => {
  const bundle = () => bundles.get(door)!

  test('is allowed exactly the calls that its code makes', () => {
    // Lambda itself reads the stream, under the function's role.
    const granted = grants[door].flatMap(({ on, actions }) => (on === 'stream' ? [] : actions))

    expect([...new Set(granted)].sort()).toEqual(actionsNeeded(bundle()))
  })

  test('reads exactly the platform secrets that its code asks for', () => {
    const granted = grants[door].flatMap(({ on }) => /^(signing|sealing) secret$/.exec(on)?.[1] ?? [])

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
    expect(inputs.filter((file) => /^infra\/|dynalite|re2js|node_modules\/jsonata\//.test(file))).toEqual([])
  })

  test('can be imported as Lambda does it, and has a handler', async () => {
    expect((await import(bundle().file)).handler).toBeTypeOf('function')
  })
})

function kilobytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(0)} KB`
}
