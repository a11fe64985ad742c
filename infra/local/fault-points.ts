/** Every moment at which a test can have the local account killed: the commit of the engine, and around each effect. */
export const faultPoints = [
  'states.commit.before',
  'states.commit.after',
  'states.token.stored',
  'states.token.notified',
  'states.token.answered',
  'states.task.called',
  'states.task.returned',
  'states.timer.fired',
  'states.outbox.delivered',
] as const

/** One of `faultPoints`. */
export type FaultPoint = (typeof faultPoints)[number]

interface Fault {
  name: string
  /** How many passes are left. */
  passes: number
}

const fault = readFault(process.env.SLUICE_FAULT)

/**
 * Marks a moment. With `SLUICE_FAULT=<name>:<n>` in the environment, the process is killed with SIGKILL at its n-th pass
 * of that point; otherwise nothing happens.
 */
export function point(name: FaultPoint): void {
  if (fault?.name !== name) return
  fault.passes -= 1
  if (fault.passes <= 0) process.kill(process.pid, 'SIGKILL')
}

function readFault(written: string | undefined): Fault | null {
  if (written === undefined || written === '') return null
  const [name = '', passes = '1'] = written.split(':')
  if (!faultPoints.some((known) => known === name))
    throw new Error(`SLUICE_FAULT names ${name}, which is no fault point: ${faultPoints.join(', ')}`)
  return { name, passes: Number(passes) }
}
