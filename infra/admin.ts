import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import type { AdminReply } from '../functions/admin.ts'
import type { OperatorOrder } from '../shared/core/operate.ts'
import { functionName, localStage } from './doors.ts'
import { lambdaAddressFile } from './local/lambda.ts'

const usage = `npm run admin -- <command> [--stage <name>]

  create-organisation --name <name> --email <address> [--slug <slug>]
                        makes an organisation and its first admin, and prints the admin's password once
  list-organisations    prints id, slug and name of each
  reset-password --email <address>
                        gives an account a new password, prints it once, and signs the account out everywhere

Without --stage it speaks to the Sluice that "npm start" runs on this machine (SLUICE_DATA says where its data lies);
with it, to the stage that "npm run deploy" made in the AWS account of your credentials.`

/** A reason why a command cannot be done, said in one sentence. */
class CannotOperate extends Error {}

/** Runs one command. @returns what to print. @throws {CannotOperate} */
async function run(args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const { order, stage } = read(args)
  const { client, name } =
    stage === undefined ? here(env) : { client: new LambdaClient(), name: nameIn(stage) }
  const payload = new TextEncoder().encode(JSON.stringify(order))
  const { Payload, FunctionError } = await client.send(
    new InvokeCommand({ FunctionName: name, Payload: payload }),
  )
  const text = new TextDecoder().decode(Payload)
  if (FunctionError !== undefined) throw new CannotOperate(`The function failed: ${text}`)
  const reply = JSON.parse(text) as AdminReply
  if ('refused' in reply) {
    const { message, issues } = reply.refused
    throw new CannotOperate([message, ...issues.map((issue) => `  ${issue.message}`)].join('\n'))
  }
  return told(reply.done)
}

function read(args: string[]): { order: OperatorOrder; stage: string | undefined } {
  const { values, positionals } = parse(args)
  const { stage, name, email, slug } = values
  const given = <T>(value: T | undefined, option: string): T => {
    if (value === undefined) throw new CannotOperate(`${positionals[0]} needs --${option}\n\n${usage}`)
    return value
  }
  switch (positionals.length === 1 ? positionals[0] : undefined) {
    case 'create-organisation': {
      const order = {
        do: 'create-organisation',
        name: given(name, 'name'),
        email: given(email, 'email'),
      } as const
      return { order: slug === undefined ? order : { ...order, slug }, stage }
    }
    case 'list-organisations':
      return { order: { do: 'list-organisations' }, stage }
    case 'reset-password':
      return { order: { do: 'reset-password', email: given(email, 'email') }, stage }
    default:
      throw new CannotOperate(usage)
  }
}

function parse(args: string[]) {
  const text = { type: 'string' } as const
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { stage: text, name: text, email: text, slug: text },
    })
  } catch (error) {
    throw new CannotOperate(`${(error as Error).message}\n\n${usage}`)
  }
}

/** The Sluice of this machine, by what its start has left in its folder. */
function here(env: NodeJS.ProcessEnv): { client: LambdaClient; name: string } {
  const folder = env.SLUICE_DATA ?? '.sluice'
  const address = join(folder, lambdaAddressFile)
  if (!existsSync(address))
    throw new CannotOperate(
      `Nothing has been started in ${folder}: run "npm start" in another window, or name a deployed stage with --stage.`,
    )
  const client = new LambdaClient({
    endpoint: readFileSync(address, 'utf8'),
    region: 'us-east-1',
    credentials: JSON.parse(readFileSync(join(folder, 'keys'), 'utf8')),
  })
  return { client, name: nameIn(localStage) }
}

function nameIn(stage: string): string {
  return functionName(stage, 'admin')
}

function told(done: Extract<AdminReply, { done: unknown }>['done']): string {
  if ('organisations' in done)
    return done.organisations.map(({ id, slug, name }) => `${id}  ${slug}  ${name}`).join('\n')
  const signIn = `Sign in as ${done.email} with the password ${done.password}\nIt is shown this once; change it after you have signed in.`
  if (!('organisation' in done)) return signIn
  const { id, slug, name } = done.organisation
  return `Made the organisation ${name}: slug ${slug}, id ${id}\n${signIn}`
}

function sentenceOf(error: unknown): string {
  const { name, code, message } = error as NodeJS.ErrnoException
  if (code === 'ECONNREFUSED' || name === 'AggregateError')
    return 'Sluice does not run on this machine: run "npm start" in another window, or name a deployed stage with --stage.'
  if (message === 'Region is missing')
    return 'In which region is the stage? Say it with AWS_REGION, or in the profile of AWS_PROFILE.'
  if (name === 'CredentialsProviderError')
    return `There are no AWS credentials: set AWS_PROFILE, or sign in (${message})`
  if (name === 'ResourceNotFoundException')
    return `There is no such stage in this account and region: ${message}`
  return message
}

if (import.meta.main)
  run(process.argv.slice(2), process.env).then(
    (text) => console.log(text),
    (error) => {
      console.error(sentenceOf(error))
      process.exitCode = 1
    },
  )
