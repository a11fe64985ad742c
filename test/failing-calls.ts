import type { World } from '../shared/world.ts'

/** How a call fails: before it does anything, or after it has done it all. */
export interface Failure {
  /** Name of the command, e.g. `TransactWriteItemsCommand`; absent = any. */
  command?: string
  /** Which call of those fails, from 1; absent = all. */
  nth?: number
  when?: 'before' | 'after'
  error: () => Error
}

/** Makes calls of the World's clients fail. @returns how many were made, and a function that ends it. */
export function failCalls(world: World, { command, nth, when = 'before', error }: Failure) {
  const seen: string[] = []
  const clients = [world.db, world.states, world.statesOnce, world.kms, world.secrets]
  const names = clients.map((client, index) => {
    const name = `fail${index}-${Math.random()}`
    const stack = client.middlewareStack as unknown as Stack
    stack.add(
      (next, { commandName }) =>
        async (args) => {
          if (command !== undefined && commandName !== command) return await next(args)
          seen.push(commandName)
          const fails = nth === undefined || seen.length === nth
          if (fails && when === 'before') throw error()
          const result = await next(args)
          if (fails) throw error()
          return result
        },
      { step: 'initialize', name, priority: 'high' },
    )
    return { stack, name }
  })
  return {
    seen,
    stop: () => {
      for (const { stack, name } of names) stack.remove(name)
    },
  }
}

type Next = (args: unknown) => Promise<unknown>

interface Stack {
  add(
    middleware: (next: Next, context: { commandName: string }) => Next,
    options: { step: 'initialize'; name: string; priority: 'high' },
  ): void
  remove(name: string): boolean
}

/** An error as AWS's services send it. */
export function serviceError(name: string, status = 400): Error {
  return Object.assign(new Error(name), {
    name,
    $fault: status < 500 ? 'client' : 'server',
    $metadata: { httpStatusCode: status },
  })
}
