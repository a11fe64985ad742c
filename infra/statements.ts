import { ArnFormat, type CfnElement, Stack, Validations } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import { tableShape } from '../shared/store/table.ts'
import type { Engine } from './constructs/engine.ts'
import type { Schedules } from './constructs/schedules.ts'
import type { Socket } from './constructs/socket.ts'
import type { Data } from './data.ts'
import type { DoorName } from './doors.ts'
import { type Grant, grants, type Reach } from './grants.ts'
import type { Stage } from './stages.ts'

interface Places {
  stage: Stage
  data: Data
  engine: Engine
  schedules: Schedules
  socket: Socket
}

/** The IAM statements of one function, from its rows in `grants.ts`. */
export function statementsOf(door: DoorName, stack: Stack, places: Places): iam.PolicyStatement[] {
  const { stage } = places
  const missing = new Set<Reach>([
    ...(stage.mailFrom === undefined ? (['mail identity'] as const) : []),
    // Without a provider of models there is no key of his.
    ...(stage.models === undefined ? (['model secret'] as const) : []),
  ])
  return grants[door]
    .filter(({ on }) => !missing.has(on))
    .map(
      (grant) =>
        new iam.PolicyStatement({
          actions: grant.actions,
          resources: resources(grant, stack, places),
          ...conditions(grant.on, stack),
        }),
    )
}

function resources(
  { on, actions }: Grant,
  stack: Stack,
  { stage, data, engine, schedules, socket }: Places,
): string[] {
  const { table } = data.records
  const named = (service: string, resource: string, resourceName: string) =>
    stack.formatArn({ service, resource, resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME })
  const reach: Record<Reach, () => string[]> = {
    table: () =>
      actions.includes('dynamodb:Query') ? [table.tableArn, ...indexArns(table.tableArn)] : [table.tableArn],
    stream: () => [table.tableStreamArn ?? ''],
    machines: () => [named('states', 'stateMachine', `${stage.name}-*`)],
    'every machine': () => ['*'],
    executions: () => [named('states', 'execution', `${stage.name}-*:*`)],
    'machine role': () => [engine.role.roleArn],
    schedules: () => [schedules.everySchedule],
    'schedule group': () => ['*'],
    'schedule role': () => [schedules.role.roleArn],
    files: () => [data.files.bucket.arnForObjects('files/*')],
    'values of runs': () => [data.files.bucket.arnForObjects('runs/*')],
    bucket: () => [data.files.bucket.bucketArn],
    'key for secrets': () => [data.keys.key.keyArn],
    'key for task tokens': () => [data.keys.key.keyArn],
    'key for webhooks': () => [data.keys.key.keyArn],
    'key of the platform': () => [data.keys.key.keyArn],
    'signing secret': () => [data.keys.signing.secretArn],
    'sealing secret': () => [data.keys.sealing.secretArn],
    'mail identity': () => mailIdentities(stage, stack),
    'model secret': () => [data.keys.model.secretArn],
    connections: () => socket.connections,
  }
  return reach[on]()
}

/** The sender's address and its domain: either may be what SES has verified. */
function mailIdentities({ mailFrom = '' }: Stage, stack: Stack): string[] {
  const [, domain = ''] = mailFrom.split('@')
  return [mailFrom, domain].map((resourceName) =>
    stack.formatArn({ service: 'ses', resource: 'identity', resourceName }),
  )
}

/** The indexes by name: no wildcard. */
function indexArns(tableArn: string): string[] {
  return tableShape.indexes.map((index) => `${tableArn}/index/${index.name}`)
}

/** One customer key serves several purposes; the encryption context keeps them apart (aws.md 2.8). */
function conditions(on: Reach, stack: Stack): { conditions?: Record<string, Record<string, string>> } {
  const purpose = (value: string) => ({
    conditions: { StringEquals: { 'kms:EncryptionContext:purpose': value } },
  })
  if (on === 'key for secrets') return purpose('secret')
  if (on === 'key for task tokens') return purpose('task-token')
  if (on === 'key for webhooks') return purpose('webhook')
  if (on === 'key of the platform')
    return {
      conditions: {
        StringEquals: { 'kms:ViaService': `secretsmanager.${Stack.of(stack).region}.amazonaws.com` },
      },
    }
  if (on === 'machine role')
    return { conditions: { StringEquals: { 'iam:PassedToService': 'states.amazonaws.com' } } }
  if (on === 'schedule role')
    return { conditions: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } } }
  return {}
}

/** The wildcards that nag is told about: machines, executions and connections are made after the deployment, under the stage's prefix. */
export function acknowledgeWildcards(scope: Stack, stage: string, { api }: Socket): void {
  const socketApi = `arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<${scope.getLogicalId(api.node.defaultChild as CfnElement)}>`
  const connections = (method: string) => ({
    id: `AwsSolutions-IAM5[Resource::${socketApi}/${stage}/${method}/@connections/*]`,
    reason: 'Connections come and go; it may write to and close those of its own stage',
  })
  const arn = 'arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>'
  Validations.of(scope).acknowledge(
    connections('POST'),
    connections('DELETE'),
    {
      id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:scheduler:<AWS::Region>:<AWS::AccountId>:schedule/${stage}-flows/*]`,
      reason: 'Schedules of flows are made when authors set them, in the group of the stage',
    },
    {
      id: `AwsSolutions-IAM5[Resource::${stage}-data:ExportsOutputFnGetAttFilesBucket7C17EE2EArn267E46EA/files/*]`,
      reason: 'Files are uploaded after the deployment, under a prefix of their own',
    },
    {
      id: `AwsSolutions-IAM5[Resource::${stage}-data:ExportsOutputFnGetAttFilesBucket7C17EE2EArn267E46EA/runs/*]`,
      reason: 'Large outputs lie under the prefix of runs, one object a visit of a step',
    },
    {
      id: `AwsSolutions-IAM5[Resource::${arn}:stateMachine:${stage}-*]`,
      reason: 'Machines are made at publish, under the prefix of the stage',
    },
    {
      id: `AwsSolutions-IAM5[Resource::${arn}:execution:${stage}-*:*]`,
      reason: 'Executions of those machines have the id of their run as name',
    },
  )
}
