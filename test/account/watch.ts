import { WebSocket } from 'ws'

/** A message of a run as it came. */
export interface Message {
  type: string
  execution_id: string
  seq?: number
  status?: string
  node_id?: string
  timestamp: string
  [member: string]: unknown
}

/** Somebody who watches a run. */
export interface Watcher {
  messages: Message[]
  /** Resolves with the close code. */
  closed: Promise<number>
  socket: WebSocket
  /** Resolves once a message is as wanted, or the socket has closed. */
  until(isWanted: (message: Message) => boolean): Promise<Message | undefined>
}

export interface WatchOptions {
  /** Sent in the Authorization header. */
  key?: string
  protocols?: string[]
  headers?: Record<string, string>
  /** Behind the path, with its question mark. */
  query?: string
}

/** Connects. @throws with the status, if it is refused before the upgrade. */
export async function watch(url: string, run: string, options: WatchOptions = {}): Promise<Watcher> {
  const { key, protocols = [], headers = {}, query = '' } = options
  const address = `${url.replace('http', 'ws')}/ws/executions/${run}${query}`
  const socket = new WebSocket(address, protocols, {
    headers: { ...headers, ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
  })
  const messages: Message[] = []
  const asks: { isWanted: (message: Message) => boolean; found: (message?: Message) => void }[] = []
  // Before it is open: what was missed may come with the handshake.
  socket.on('message', (content: Buffer) => {
    const message = JSON.parse(content.toString()) as Message
    messages.push(message)
    for (const { isWanted, found } of asks) if (isWanted(message)) found(message)
  })
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  void closed.then(() => {
    for (const { found } of asks) found()
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('unexpected-response', (request, { statusCode }) => {
      request.destroy()
      reject(new Error(String(statusCode)))
    })
    socket.once('error', reject)
  })
  return {
    messages,
    closed,
    socket,
    until: (isWanted) =>
      new Promise((resolve) => {
        const there = messages.find(isWanted)
        if (there || socket.readyState === WebSocket.CLOSED) resolve(there)
        else asks.push({ isWanted, found: resolve })
      }),
  }
}

/** The status with which a handshake is refused; 101 if it is not. */
export async function refusedWith(url: string, run: string, options: WatchOptions = {}): Promise<number> {
  try {
    const { socket } = await watch(url, run, options)
    socket.terminate()
    return 101
  } catch (error) {
    return Number((error as Error).message)
  }
}

/** The numbers of messages, in the order they came. */
export function numbers(messages: Message[]): number[] {
  return messages.flatMap(({ seq }) => (seq === undefined ? [] : [seq]))
}
