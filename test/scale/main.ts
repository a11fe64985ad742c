import { busiestPartitions, calledQuotas, type Row, wholeTables } from './find-over.ts'
import { askOf } from './load.ts'
import { allWaiting, hot, mixed } from './loads.ts'
import { type Pattern, type RunKindName, recordPatterns } from './patterns.ts'

/** `npm run scale`: what loads ask of DynamoDB and Step Functions in one second, computed from recorded runs. */
async function main(): Promise<void> {
  const patterns = await recordPatterns()
  tellKinds(patterns)
  for (const load of [mixed, allWaiting, hot]) {
    const asked = askOf(load, patterns, 1)
    console.log(`\n## ${load.name}\n`)
    tell('busiest partitions, units/s', busiestPartitions(asked))
    tell('whole table and indexes, units/s', wholeTables(asked))
    tell('Step Functions, calls/s', calledQuotas(asked))
  }
}

function tellKinds(patterns: Record<RunKindName, Pattern>): void {
  console.log('| kind of run | write units | read units | transitions | calls of Step Functions |')
  console.log('|---|--:|--:|--:|---|')
  for (const [name, { uses, transitions, calls }] of Object.entries(patterns)) {
    const units = (wanted: string) =>
      uses.filter(({ kind }) => kind === wanted).reduce((sum, use) => sum + use.units, 0)
    const called = Object.entries(calls).map(([operation, times]) => `${times} ${operation}`)
    console.log(`| ${name} | ${units('write')} | ${units('read')} | ${transitions} | ${called.join(', ')} |`)
  }
}

function tell(title: string, rows: Row[]): void {
  console.log(`| ${title} | asked | limit | |\n|---|--:|--:|---|`)
  for (const { what, asked, limit } of rows)
    console.log(
      `| ${what} | ${asked} | ${limit} | ${asked > limit ? `OVER: ${(asked / limit).toFixed(1)} times` : ''} |`,
    )
  console.log('')
}

await main()
