import type { DoorName } from './doors.ts'

/** What a statement is about; `service.ts` turns each into ARNs of its stage. */
export type Reach =
  | 'table'
  | 'stream'
  | 'machines'
  | 'every machine'
  | 'executions'
  | 'machine role'
  | 'schedules'
  | 'schedule group'
  | 'schedule role'
  | 'files'
  | 'bucket'
  | 'key for secrets'
  | 'key for task tokens'
  | 'key for webhooks'
  | 'key of the platform'
  | 'signing secret'
  | 'sealing secret'
  | 'mail identity'
  | 'model secret'
  | 'values of runs'
  | 'connections'

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

/** Without scans, and without deletions unless a row below says so: most rows end by their time to live. */
const rows = ['BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem']
const rowsAndLists = [...rows, 'Query']

const platform: Grant = {
  on: 'key of the platform',
  actions: ['kms:Decrypt'],
  why: 'the platform secrets lie encrypted under the key; through Secrets Manager alone',
}
const signing: Grant = {
  on: 'signing secret',
  actions: ['secretsmanager:GetSecretValue'],
  why: 'verifies and signs access tokens; seals cursors and kept replies',
}
const sealing: Grant = {
  on: 'sealing secret',
  actions: ['secretsmanager:GetSecretValue'],
  why: 'seals and opens what authors marked as sensitive',
}
const modelKey: Grant = {
  on: 'model secret',
  actions: ['secretsmanager:GetSecretValue'],
  why: 'asks the operator’s provider of models with its key',
}
const publishing: Grant[] = [
  {
    on: 'machines',
    actions: ['states:CreateStateMachine', 'states:DescribeStateMachine', 'states:TagResource'],
    why: 'makes the machines of a version: at publish, or when its first start or reader needs the other kind',
  },
  { on: 'machine role', actions: ['iam:PassRole'], why: 'machines run under the machine role' },
]
const starting: Grant = {
  on: 'machines',
  actions: ['states:StartExecution'],
  why: 'starts runs that nobody waits for, or that may wait themselves',
}
const startingSync: Grant = {
  on: 'machines',
  actions: ['states:StartSyncExecution'],
  why: 'starts runs whose caller waits',
}
const unscheduling: Grant = {
  on: 'schedules',
  actions: ['scheduler:DeleteSchedule'],
  why: 'takes schedules of flows away',
}
const scheduling: Grant[] = [
  {
    on: 'schedules',
    actions: ['scheduler:CreateSchedule', 'scheduler:UpdateSchedule'],
    why: 'tells Scheduler what schedules of flows say',
  },
  unscheduling,
  {
    on: 'schedule role',
    actions: ['iam:PassRole'],
    why: 'schedules call their function under the schedule role',
  },
]
const answering: Grant[] = [
  {
    on: 'machines',
    actions: ['states:SendTaskFailure', 'states:SendTaskSuccess'],
    why: 'tells the engine how a task ended that stood open: a wait, a sub-flow',
  },
  { on: 'key for task tokens', actions: ['kms:Decrypt'], why: 'opens the token of that task' },
]
const lookingAtFiles: Grant[] = [
  {
    on: 'files',
    actions: ['s3:GetObject'],
    why: 'looks whether the file that a run or an answer is given is there',
  },
  {
    on: 'bucket',
    actions: ['s3:ListBucket'],
    why: 'is told of a file that is not there, which would be forbidden otherwise',
  },
]
const stopping: Grant = {
  on: 'executions',
  actions: ['states:StopExecution'],
  why: 'stops the executions of cancelled runs',
}

const stream: Grant = {
  on: 'stream',
  actions: [
    'dynamodb:DescribeStream',
    'dynamodb:GetRecords',
    'dynamodb:GetShardIterator',
    'dynamodb:ListStreams',
  ],
  why: 'Lambda reads the changes of the table for it',
}

/** What each function may do, besides writing its log and traces. A test compares it with what its code can send. */
export const grants: Record<DoorName, Grant[]> = {
  client: [
    table(
      [...rowsAndLists, 'DeleteItem'],
      'flows, versions, runs, waits of a run; API keys, sessions, requests; places of concurrency keys',
    ),
    ...[platform, signing, sealing],
    ...publishing,
    ...[starting, startingSync, stopping],
    ...lookingAtFiles,
  ],
  headless: [
    table(
      [...rowsAndLists, 'DeleteItem'],
      'flows, versions, runs, waits of a run; API keys, sessions, requests; places of concurrency keys',
    ),
    ...[platform, signing, sealing],
    ...publishing,
    ...[starting, startingSync, stopping],
    ...lookingAtFiles,
  ],
  journeys: [
    table(
      [...rowsAndLists, 'DeleteItem'],
      'flowIds, bindings of flowTypes, flows, versions, runs, waits; places of concurrency keys',
    ),
    ...[platform, signing, sealing],
    ...publishing,
    ...[starting, startingSync, stopping],
    ...answering,
    ...lookingAtFiles,
  ],
  dashboard: [
    table(
      [...rowsAndLists, 'DeleteItem'],
      'flows, versions, runs, waits; releases machines of deleted flows',
    ),
    ...[platform, signing, sealing, modelKey],
    ...publishing,
    ...[starting, startingSync, stopping],
    ...answering,
    ...scheduling,
    ...lookingAtFiles,
    { on: 'files', actions: ['s3:PutObject'], why: 'stores files, and signs URLs by which others do' },
    { on: 'values of runs', actions: ['s3:GetObject'], why: 'shows outputs that no record holds' },
  ],
  hooks: [
    table(
      [...rowsAndLists, 'DeleteItem'],
      'webhook triggers, flows, versions, runs; credentials; values of secrets, encrypted; places of concurrency keys',
    ),
    ...[platform, signing, sealing],
    {
      on: 'key for secrets',
      actions: ['kms:Decrypt'],
      why: 'opens the secret that a delivery is signed with',
    },
    ...lookingAtFiles,
    ...publishing,
    ...[starting, startingSync, stopping],
  ],
  runner: [
    table(
      [...rowsAndLists, 'ConditionCheckItem', 'DeleteItem'],
      'accounts, secrets, sessions, flows, runs, logs; releases machines of deleted flows',
    ),
    {
      on: 'key for secrets',
      actions: ['kms:Encrypt', 'kms:GenerateDataKey'],
      why: 'keeps secrets, which it cannot open again',
    },
    ...[platform, signing, sealing],
    ...publishing,
    ...[starting, startingSync, stopping, unscheduling],
    ...lookingAtFiles,
  ],
  executions: [
    table(
      [...rowsAndLists, 'DeleteItem'],
      'flows, versions, runs, waits of a run, files; API keys, sessions, requests; places of concurrency keys',
    ),
    ...[platform, signing, sealing],
    ...publishing,
    ...[starting, startingSync, stopping],
    ...lookingAtFiles,
    { on: 'files', actions: ['s3:PutObject'], why: 'signs URLs by which files are uploaded' },
  ],
  own: [
    table(
      [...rowsAndLists, 'DeleteItem'],
      'API keys; versions with their machines; runs, events and waits; webhook endpoints',
    ),
    {
      on: 'key for webhooks',
      actions: ['kms:Encrypt'],
      why: 'keeps the secrets of webhook endpoints, which it cannot open again',
    },
    ...[platform, signing, sealing],
    ...publishing,
    ...answering,
    ...lookingAtFiles,
    { on: 'files', actions: ['s3:PutObject'], why: 'stores files that come with the page of a link' },
    {
      on: 'every machine',
      actions: ['states:ListStateMachines'],
      why: 'health asks the engine for the one thing that needs no machine; AWS knows no resource for it but *',
    },
  ],
  step: [
    table(
      [...rowsAndLists, 'DeleteItem'],
      'runs, steps, waits, sub-flows, log lines; values of secrets, encrypted; places of concurrency keys',
    ),
    ...[platform, sealing, modelKey],
    { on: 'key for secrets', actions: ['kms:Decrypt'], why: 'resolves the secrets of a working step' },
    { on: 'key for task tokens', actions: ['kms:Encrypt'], why: 'keeps the token of a task that stays open' },
    ...[starting, stopping],
    ...publishing,
    ...answering,
    { on: 'mail identity', actions: ['ses:SendEmail'], why: 'sends the mail of flows' },
    ...lookingAtFiles,
    {
      on: 'values of runs',
      actions: ['s3:GetObject', 's3:PutObject'],
      why: 'keeps outputs that the engine cannot carry, and gives them to later steps',
    },
  ],
  // Runs what authors wrote: whatever it comes to hold, there is nothing that it could do with it.
  script: [],
  settled: [table(['UpdateItem'], 'records how a run ended')],
  changed: [
    table(
      [...rowsAndLists, 'BatchWriteItem', 'DeleteItem'],
      'events, steps and waits of runs; who watches them; places of concurrency keys; removes what an expired run left',
    ),
    ...[platform, sealing],
    starting,
    { ...stopping, why: 'stops the executions of runs whose parent has ended' },
    {
      on: 'connections',
      actions: ['execute-api:ManageConnections'],
      why: 'sends events to those who watch a run, and closes their sockets',
    },
    stream,
    ...answering,
    { on: 'files', actions: ['s3:DeleteObject'], why: 'takes the bytes of files away whose record is gone' },
    { on: 'values of runs', actions: ['s3:DeleteObject'], why: 'removes outputs of expired runs' },
  ],
  due: [
    table(['GetItem', 'PutItem', 'Query', 'UpdateItem'], 'deliveries of webhooks; the endpoints they go to'),
    { on: 'key for webhooks', actions: ['kms:Decrypt'], why: 'opens the secrets that sign deliveries' },
    stream,
  ],
  socket: [
    table(
      [...rowsAndLists, 'BatchWriteItem', 'DeleteItem'],
      'runs, sessions and API keys; open sockets and their tickets',
    ),
    ...[platform, signing],
  ],
  scheduled: [
    table([...rowsAndLists, 'DeleteItem'], 'schedules, versions, runs; places of concurrency keys'),
    ...[platform, sealing],
    ...publishing,
    ...[starting, stopping],
    ...lookingAtFiles,
  ],
  admin: [
    table(
      ['GetItem', 'PutItem', 'DeleteItem', 'Query'],
      'makes organisations with their first admin, lists them, and sets new passwords',
    ),
  ],
  swept: [
    table(
      [...rowsAndLists, 'DeleteItem'],
      'open runs and waits; machines without use; places of concurrency keys',
    ),
    ...[platform, sealing],
    ...[starting, stopping],
    {
      on: 'executions',
      actions: ['states:DescribeExecution'],
      why: 'asks what became of a run that has not been heard of',
    },
    {
      on: 'machines',
      actions: ['states:DeleteStateMachine', 'states:ListExecutions'],
      why: 'takes away machines that no version needs and no run stands on',
    },
    ...answering,
    ...scheduling,
    {
      on: 'schedule group',
      actions: ['scheduler:ListSchedules'],
      why: 'finds schedules without a row; AWS knows no resource for it but *',
    },
  ],
}
