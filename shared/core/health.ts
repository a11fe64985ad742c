import { ListStateMachinesCommand } from '@aws-sdk/client-sfn'
import { instant } from '../aws/clock.ts'
import { release } from '../release.ts'
import { getOrganisation } from '../store/organisations.ts'
import type { World } from '../world.ts'

/** How the service is. */
export interface Health {
  /** What does not answer: `table`, `engine`. */
  failing: string[]
  version: string
  time: string
}

/** Asks table and engine if `deep`; otherwise that it answers is the answer. */
export async function checkHealth(world: World, deep: boolean): Promise<Health> {
  const answers = async (name: string, ask: () => Promise<unknown>) => {
    try {
      await ask()
      return []
    } catch (error) {
      world.log.warn('A health check failed', { of: name, error: (error as Error).name })
      return [name]
    }
  }
  const failing = deep
    ? await Promise.all([
        answers('table', () => getOrganisation(world, 'health')),
        answers('engine', () => world.states.send(new ListStateMachinesCommand({ maxResults: 1 }))),
      ])
    : []
  return { failing: failing.flat(), version: release, time: instant(world.clock.now()) }
}
