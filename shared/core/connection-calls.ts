import { DeleteConnectionCommand, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi'
import type { World } from '../world.ts'

/** What became of a message: `gone` = nobody is there; `failed` = the reader does not keep up, or the gateway fails. */
export type Posted = 'sent' | 'gone' | 'failed'

/** Sends a text to a connection; what the SDK has tried in vain is not tried again. */
export async function post({ connections, log }: World, id: string, text: string): Promise<Posted> {
  try {
    await connections.send(new PostToConnectionCommand({ ConnectionId: id, Data: text }))
    return 'sent'
  } catch (error) {
    // The client's classes lie in a bundle of their own: errors are told by name.
    const { name } = error as Error
    if (name === 'GoneException') return 'gone'
    log.warn('A message could not be sent', { error: name })
    return 'failed'
  }
}

/** Closes a connection, if it is still there. */
export async function disconnect({ connections, log }: World, id: string): Promise<void> {
  try {
    await connections.send(new DeleteConnectionCommand({ ConnectionId: id }))
  } catch (error) {
    const { name } = error as Error
    // The gateway closes it after two hours at the latest; nothing will be sent to it.
    if (name !== 'GoneException') log.warn('A connection could not be closed', { error: name })
  }
}
