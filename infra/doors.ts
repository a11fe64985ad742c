/** What AWS is told about each function (aws.md 2.1). The local account reads the same rows. */
export interface DoorShape {
  /** Name of the file in `functions/`. */
  door: DoorName
  memoryMegabytes: number
  timeoutSeconds: number
  /** Who calls it. */
  calledBy: 'http' | 'machines' | 'executions' | 'stream' | 'schedules' | 'timer' | 'sockets' | 'operator'
}

/** Every function there is. */
export type DoorName =
  | 'client'
  | 'dashboard'
  | 'journeys'
  | 'headless'
  | 'hooks'
  | 'runner'
  | 'executions'
  | 'own'
  | 'step'
  | 'script'
  | 'settled'
  | 'changed'
  | 'due'
  | 'scheduled'
  | 'swept'
  | 'socket'
  | 'admin'

/** Every function of the deployment: what it is given, and who calls it. */
export const doors: readonly DoorShape[] = [
  { door: 'client', memoryMegabytes: 512, timeoutSeconds: 29, calledBy: 'http' },
  { door: 'dashboard', memoryMegabytes: 512, timeoutSeconds: 29, calledBy: 'http' },
  { door: 'journeys', memoryMegabytes: 512, timeoutSeconds: 29, calledBy: 'http' },
  { door: 'headless', memoryMegabytes: 512, timeoutSeconds: 29, calledBy: 'http' },
  { door: 'hooks', memoryMegabytes: 512, timeoutSeconds: 29, calledBy: 'http' },
  { door: 'runner', memoryMegabytes: 512, timeoutSeconds: 29, calledBy: 'http' },
  { door: 'executions', memoryMegabytes: 512, timeoutSeconds: 29, calledBy: 'http' },
  { door: 'own', memoryMegabytes: 512, timeoutSeconds: 29, calledBy: 'http' },
  { door: 'step', memoryMegabytes: 512, timeoutSeconds: 120, calledBy: 'machines' },
  { door: 'script', memoryMegabytes: 256, timeoutSeconds: 10, calledBy: 'machines' },
  { door: 'settled', memoryMegabytes: 256, timeoutSeconds: 30, calledBy: 'executions' },
  { door: 'changed', memoryMegabytes: 256, timeoutSeconds: 60, calledBy: 'stream' },
  { door: 'due', memoryMegabytes: 256, timeoutSeconds: 60, calledBy: 'stream' },
  { door: 'scheduled', memoryMegabytes: 256, timeoutSeconds: 30, calledBy: 'schedules' },
  { door: 'swept', memoryMegabytes: 512, timeoutSeconds: 120, calledBy: 'timer' },
  { door: 'socket', memoryMegabytes: 256, timeoutSeconds: 10, calledBy: 'sockets' },
  { door: 'admin', memoryMegabytes: 512, timeoutSeconds: 30, calledBy: 'operator' },
]

/** The stage that this machine is, with "npm start"; no deployment may be called so. */
export const localStage = 'local'

/** The physical name of a function; in AWS only those have one that machines, schedules or people call by it. */
export function functionName(stage: string, door: DoorName): string {
  return `${stage}-sluice-${door}`
}
