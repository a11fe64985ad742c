import { setTimeout } from 'node:timers/promises'
import { isBilled, readTargets, tellTargets } from './targets.ts'

/** Time to read whose account it is, and to think again. */
const graceMs = 5000

/** Before the suites: says what they will ask, and lets whoever did not mean a real account stop it. */
export async function setup(): Promise<void> {
  const targets = readTargets(process.env)
  console.log(`The contract suites ask\n${tellTargets(targets, process.env)}\n`)
  if (!isBilled(targets)) return
  console.log(
    `They make tables and machines called sluice-contract-… there, and delete them. Ctrl-C within ${graceMs / 1000} s stops them.\n`,
  )
  await setTimeout(graceMs)
}
