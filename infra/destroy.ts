import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { chooseStage } from './stages.ts'

/** Every option besides the stage is cdk's. */
const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  allowPositionals: true,
  strict: false,
  options: { stage: { type: 'string' }, context: { type: 'string', short: 'c', multiple: true } },
})
const named = [...([values.context].flat() as (string | undefined)[])].find((pair) =>
  pair?.startsWith('stage='),
)
const said = positionals.length > 0 ? `\nUnknown: ${positionals.join(' ')}` : ''

try {
  if (said !== '') throw new Error(`npm run destroy -- --stage <name>${said}`)
  const stage = chooseStage({ stage: (values.stage as string | undefined) ?? named?.slice('stage='.length) })
  console.log(explain(stage))
  const { status } = spawnSync('cdk', commandOf(stage), { stdio: 'inherit' })
  process.exitCode = status ?? 1
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
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
