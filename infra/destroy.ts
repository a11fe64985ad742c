import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { chooseStage } from './stages.ts'

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

function explain({ name, protected: kept }: { name: string; protected: boolean }): string {
  return kept
    ? `Goes: ${name}-service, with its functions, APIs, alarms and the address. Runs that wait can no longer be answered.
Stays: ${name}-data (table, bucket, key and secrets), which is protected from deletion; so do the machines of published
versions. Deploying the stage again finds all of it. To give the data up: take their protection away in the AWS console, and
delete the stack ${name}-data there. First export the flows (GET /v1/flow/{id}/export).`
    : `Goes: ${name}-service and ${name}-data, with every flow, run, file and secret of the stage: there is no way back.
Stays: the machines of published versions in Step Functions, which cost nothing while they do not run.`
}

function commandOf({ name, protected: kept }: { name: string; protected: boolean }): string[] {
  const stacks = kept ? [`${name}-service`] : ['--all']
  return ['destroy', ...stacks, '--no-notices', '-c', `stage=${name}`]
}

try {
  process.exitCode = destroy(process.argv.slice(2))
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
