import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Bundle } from '../../infra/bundle.ts'

const top = join(import.meta.dirname, '../..')

/** What AWS asks for each command. */
const asked: Record<string, string[]> = {
  Get: ['dynamodb:GetItem'],
  Put: ['dynamodb:PutItem'],
  Update: ['dynamodb:UpdateItem'],
  Delete: ['dynamodb:DeleteItem'],
  Query: ['dynamodb:Query'],
  BatchGet: ['dynamodb:BatchGetItem'],
  BatchWrite: ['dynamodb:BatchWriteItem'],
  TransactGet: ['dynamodb:GetItem'],
  CreateStateMachine: ['states:CreateStateMachine', 'states:TagResource', 'iam:PassRole'],
  DescribeStateMachine: ['states:DescribeStateMachine'],
  DeleteStateMachine: ['states:DeleteStateMachine'],
  ListStateMachines: ['states:ListStateMachines'],
  ListExecutions: ['states:ListExecutions'],
  StartExecution: ['states:StartExecution'],
  StartSyncExecution: ['states:StartSyncExecution'],
  StopExecution: ['states:StopExecution'],
  DescribeExecution: ['states:DescribeExecution'],
  SendTaskSuccess: ['states:SendTaskSuccess'],
  SendTaskFailure: ['states:SendTaskFailure'],
  PutObject: ['s3:PutObject'],
  GetObject: ['s3:GetObject'],
  // Without the list, what is not there is told as forbidden.
  HeadObject: ['s3:GetObject', 's3:ListBucket'],
  DeleteObject: ['s3:DeleteObject'],
  CreateSchedule: ['scheduler:CreateSchedule', 'iam:PassRole'],
  UpdateSchedule: ['scheduler:UpdateSchedule', 'iam:PassRole'],
  DeleteSchedule: ['scheduler:DeleteSchedule'],
  ListSchedules: ['scheduler:ListSchedules'],
  Encrypt: ['kms:Encrypt'],
  Decrypt: ['kms:Decrypt'],
  GenerateDataKey: ['kms:GenerateDataKey'],
  // The platform secrets lie under the customer key.
  GetSecretValue: ['secretsmanager:GetSecretValue', 'kms:Decrypt'],
}

/** What a transaction asks for each kind of item in it. */
const askedInTransaction: Record<string, string> = {
  Put: 'dynamodb:PutItem',
  Update: 'dynamodb:UpdateItem',
  Delete: 'dynamodb:DeleteItem',
  ConditionCheck: 'dynamodb:ConditionCheckItem',
}

/**
 * The IAM actions that a door's code can need: of the commands that its source files make, those whose class esbuild left in
 * the bundle. Types are gone by then, and so is what nothing calls.
 */
export function actionsNeeded({ inputs, commands, chunks }: Bundle): string[] {
  const sources = inputs.filter((name) => /^(functions|shared)\//.test(name)).map((name) => join(top, name))
  const sent = wordsIn(sources, /new (\w+)Command\(/g).filter((command) => commands.includes(command))
  const actions = sent.flatMap((command) => {
    // Its class is in every bundle, since the SDK makes a paginator of it that nobody uses.
    if (command === 'Query' && wordsIn(chunks, /(KeyConditionExpression):/g).length === 0) return []
    if (command !== 'TransactWrite') return asked[command] ?? [`nobody knows what ${command} asks`]
    const kinds = wordsIn(chunks, /\b(Put|Update|Delete|ConditionCheck):\{TableName:/g)
    return kinds.map((kind) => askedInTransaction[kind]!)
  })
  return [...new Set(actions)].sort()
}

/**
 * The platform secrets that a door's code asks for: whose id is read from the settings in what esbuild left, by a file
 * besides the one that reads secrets.
 */
export function secretsNeeded({ inputs, chunks }: Bundle): string[] {
  const readable = wordsIn(chunks, /\.(signing|sealing)SecretId\b/g)
  const asking = inputs.filter((name) => name.startsWith('shared/') && !name.endsWith('/platform-secrets.ts'))
  const asked = wordsIn(
    asking.map((name) => join(top, name)),
    /\b(?:current)?(signing|sealing)(?:Secret|KeyNamed|Key)\(/gi,
  ).map((word) => word.toLowerCase())
  return readable.filter((name) => asked.includes(name)).sort()
}

/** What a pattern's group finds in some files, each once. */
function wordsIn(files: string[], pattern: RegExp): string[] {
  const found = files.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(pattern)])
  return [...new Set(found.map((match) => match[1]!))]
}
