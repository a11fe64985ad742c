import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleDoors } from '../../infra/bundle.ts'
import { doors } from '../../infra/doors.ts'
import { type Cold, environment, eventFor } from './cold-events.ts'

const rounds = Number(process.env.BENCH_ROUNDS ?? 5)

/**
 * `npm run bench:cold`: what a function reads when it wakes, and how long a fresh process takes from its first line to the
 * answer of one event that needs nothing of AWS. Medians; this machine's cores, not Lambda's.
 */
async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-cold-'))
  try {
    const built = await bundleDoors(folder)
    console.log(`Node ${process.version}, median of ${rounds} fresh processes\n`)
    console.log('| door | at the start | later | source files | files read | import | first byte | heap |')
    console.log('|---|--:|--:|--:|--:|--:|--:|--:|')
    for (const { door, calledBy } of doors) {
      const { file, weight, inputs } = built.get(door)!
      const runs = Array.from({ length: rounds }, () => wake(file, eventFor(calledBy, door)))
      const median = (of: keyof Cold) => runs.map((run) => run[of]).sort((a, b) => a - b)[rounds >> 1] ?? 0
      const first = median('firstByteMs') > 0 ? `${median('firstByteMs').toFixed(0)} ms` : 'needs AWS'
      console.log(
        `| ${door} | ${kilobytes(weight.entry)} | ${kilobytes(weight.later)} | ${inputs.length} | ${median('files')} ` +
          `| ${median('importMs').toFixed(0)} ms | ${first} | ${median('heapMegabytes').toFixed(0)} MB |`,
      )
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const child = join(import.meta.dirname, 'cold-child.ts')

function wake(file: string, event: object | null): Cold {
  const printed = execFileSync(process.execPath, [child, file, JSON.stringify(event)], {
    encoding: 'utf8',
    env: environment,
  })
  const cold = JSON.parse(printed.trim().split('\n').at(-1) ?? '') as Cold
  if (cold.status >= 500) throw new Error(`${file} answered ${cold.status}:\n${printed}`)
  return cold
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(0)} KB`
}

await main()
