import type { DoorName } from './doors.ts'

/** What a statement is about; `service.ts` turns each into ARNs of its stage. */
export type Reach =
  | 'table'
  | 'stream'
  | 'machines'
  | 'executions'
  | 'machine role'
  | 'key for secrets'
  | 'key for task tokens'
  | 'key of the platform'
  | 'signing secret'
  | 'sealing secret'

/** One IAM statement and why it is there. */
export interface Grant {
  on: Reach
  actions: string[]
  why: string
}

const table = (actions: string[], why: string): Grant => ({
  on: 'table',
  actions: actions.map((action) => `dynamodb:${action}`),
  why,
})

const everyTableAction = [
  'BatchGetItem',
  'ConditionCheckItem',
  'DeleteItem',
  'GetItem',
  'PutItem',
  'Query',
  'UpdateItem',
]

const signing: Grant[] = [
  {
    on: 'signing secret',
    actions: ['secretsmanager:GetSecretValue'],
    why: 'verifies and makes access tokens, cursors',
  },
  { on: 'key of the platform', actions: ['kms:Decrypt'], why: 'opens the platform secrets' },
]
const sealing: Grant = {
  on: 'sealing secret',
  actions: ['secretsmanager:GetSecretValue'],
  why: 'seals passwords and sensitive inputs',
}
const publishing: Grant[] = [
  {
    on: 'machines',
    actions: ['states:CreateStateMachine', 'states:DescribeStateMachine', 'states:TagResource'],
    why: 'makes the machines of a version, or the one that its first start needs',
  },
  { on: 'machine role', actions: ['iam:PassRole'], why: 'machines run under the machine role' },
]
const starting: Grant = {
  on: 'machines',
  actions: ['states:StartExecution', 'states:StartSyncExecution'],
  why: 'starts runs',
}
const answering: Grant[] = [
  {
    on: 'machines',
    actions: ['states:SendTaskFailure', 'states:SendTaskSuccess'],
    why: 'tells the engine an answer',
  },
  { on: 'key for task tokens', actions: ['kms:Decrypt'], why: 'opens the token of the answered wait' },
]
const stopping: Grant = { on: 'executions', actions: ['states:StopExecution'], why: 'cancels runs' }

/** What each function may do, besides writing its log and traces. A test compares it with what its code calls. */
export const grants: Record<DoorName, Grant[]> = {
  client: [table(everyTableAction, 'flows, versions, runs'), ...signing, sealing, ...publishing, starting],
  dashboard: [
    table(everyTableAction, 'flows, versions, runs, waits'),
    ...signing,
    sealing,
    ...publishing,
    starting,
    ...answering,
    stopping,
  ],
  runner: [
    table(everyTableAction, 'accounts, sessions, flows, runs'),
    ...signing,
    sealing,
    ...publishing,
    starting,
    stopping,
  ],
  own: [table(everyTableAction, 'keys, machines'), ...signing],
  step: [
    table(everyTableAction, 'runs, steps, waits, logs'),
    sealing,
    { on: 'key of the platform', actions: ['kms:Decrypt'], why: 'opens the platform secrets' },
    { on: 'key for secrets', actions: ['kms:Decrypt'], why: 'resolves the secrets of a working step' },
    { on: 'key for task tokens', actions: ['kms:Encrypt'], why: 'keeps the token of an opened wait' },
    { on: 'machines', actions: ['states:StartExecution'], why: 'starts sub-flows' },
    ...publishing,
  ],
  settled: [table(['GetItem', 'UpdateItem'], 'records how a run ended')],
  changed: [
    table(everyTableAction, 'events, logs, waits'),
    {
      on: 'stream',
      actions: [
        'dynamodb:DescribeStream',
        'dynamodb:GetRecords',
        'dynamodb:GetShardIterator',
        'dynamodb:ListStreams',
      ],
      why: 'reads the changes of the table',
    },
    ...answering,
  ],
  swept: [
    table(everyTableAction, 'open runs and waits'),
    starting,
    {
      on: 'executions',
      actions: ['states:DescribeExecution', 'states:StopExecution'],
      why: 'asks what became of a run',
    },
    {
      on: 'machines',
      actions: ['states:DeleteStateMachine', 'states:ListExecutions'],
      why: 'takes away machines that no version needs and no run stands on',
    },
    ...answering,
  ],
}
