import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { chooseStage, type Stage } from './stages.ts'

const usage = 'npm run destroy -- --stage <name>: says what goes and what stays, asks, and removes the stage'

/** Removes a stage. @returns the exit code. @throws {Error} with one sentence. */
function destroy(args: string[]): number {
  const stage = chooseStage({ stage: stageOf(args) })
  console.log(explain(stage))
  const { status, error } = spawnSync('cdk', commandOf(stage), { stdio: 'inherit' })
  if (error) throw new Error(`cdk cannot be run (${error.message}): say "npm run destroy", after "npm ci"`)
  return status ?? 1
}

/** None is meant by saying nothing. */
function stageOf(args: string[]): string {
  try {
    const { stage } = parseArgs({ args, options: { stage: { type: 'string' } } }).values
    if (stage !== undefined) return stage
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${usage}`)
  }
  throw new Error(`Which stage?\n${usage}`)
}

/** What goes, what stays, and what to do before. */
export function explain({ name, protected: kept }: Pick<Stage, 'name' | 'protected'>): string {
  return kept
    ? `Goes: ${name}-service, with its functions, APIs, alarms, logs and the address. Runs that wait can no longer be answered.
Stays: ${name}-data (table, bucket, key and secrets), which is protected from deletion; so do the machines of published
versions, and the role by which API Gateway writes logs, since other APIs of the account may use it. Deploying the stage
again finds all data, and tells schedules anew within an hour; unless it has a domainName, its address is another one. To
give the data up: take their protection away in the AWS console, and delete the stack ${name}-data there.
${carry}`
    : `Goes: ${name}-service and ${name}-data, with every flow, run, file and secret of the stage: there is no way back.
Stays: the machines of published versions in Step Functions, which cost nothing while they do not run, and the role by
which API Gateway writes logs, since other APIs of the account may use it. A bucket that holds files stops the deletion of
${name}-data: empty it in the AWS console, and say this again.
${carry}`
}

/** Only the service can read flows out of the table. */
const carry = `Flows that are needed elsewhere are carried away first, once for each organisation:
  npm run export -- --url <address> --key <API key of an admin> --folder <folder>`

function commandOf({ name, protected: kept }: { name: string; protected: boolean }): string[] {
  const stacks = kept ? [`${name}-service`] : ['--all']
  return ['destroy', ...stacks, '--no-notices', '-c', `stage=${name}`]
}

if (import.meta.main)
  try {
    process.exitCode = destroy(process.argv.slice(2))
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 1
  }
