import type { World } from '../../shared/world.ts'

/** What becomes of a call: refused before it does anything, or its reply is lost after it has done everything. */
export interface CallFault {
  when: 'before' | 'after'
  error: () => Error
}

/** An error as the SDK would throw it. */
export function sdkError(name: string, status = 400): Error {
  return Object.assign(new Error(`injected ${name}`), { name, $metadata: { httpStatusCode: status } })
}

const clients = ['db', 'states', 'statesOnce', 'kms', 'secrets'] as const

/** A World whose k-th AWS call (from 1) goes wrong once; `calls` names those that were made. */
export function withFault(world: World, k: number, fault: CallFault): { world: World; calls: string[] } {
  return withFaults(world, (_name, number) => (number === k ? fault : null))
}

/** A World in which the test says, for each AWS call by name and number, what goes wrong. */
export function withFaults(
  world: World,
  choose: (name: string, number: number) => CallFault | null,
): { world: World; calls: string[] } {
  const calls: string[] = []
  const wrapped = clients.map((name) => [name, wrap(world[name], calls, choose)] as const)
  return { world: { ...world, ...Object.fromEntries(wrapped) }, calls }
}

function wrap<T extends object>(
  client: T,
  calls: string[],
  choose: (name: string, number: number) => CallFault | null,
): T {
  const inner = client as unknown as { send(command: object): Promise<unknown> }
  return Object.assign(Object.create(client), {
    async send(command: object) {
      const name = command.constructor.name.replace(/Command$/, '')
      calls.push(name)
      const fault = choose(name, calls.length)
      if (fault?.when === 'before') throw fault.error()
      const result = await inner.send(command)
      if (fault) throw fault.error()
      return result
    },
  })
}
