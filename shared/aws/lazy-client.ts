/** What of a client is used, whatever its service. */
interface AnyClient {
  send(command: never): Promise<unknown>
  destroy(): void
  middlewareStack: { add(...given: never[]): void; remove(...given: never[]): boolean }
}

/**
 * A client that is read from disk and made by the first command: no request needs every service, and a function that wakes
 * waits for all that is read before its first event.
 */
export function lazyClient<Client extends AnyClient>(make: () => Promise<Client>): Client {
  let made: Promise<Client> | undefined
  const client = () => {
    made ??= make()
    return made
  }
  const lazy: AnyClient = {
    send: async (command) => (await client()).send(command),
    destroy: () => void made?.then((real) => real.destroy()),
    // Whoever comes after these finds them done: continuations of one promise run in the order of their making.
    middlewareStack: {
      add: (...given) => void client().then((real) => real.middlewareStack.add(...given)),
      remove: (...given) => {
        void client().then((real) => real.middlewareStack.remove(...given))
        return true
      },
    },
  }
  return lazy as Client
}
