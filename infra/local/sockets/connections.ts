import { WebSocket } from 'ws'
import type { Clock } from '../../../shared/world.ts'
import type { Connected } from './websocket-event.ts'

/** The gateway's own limits (aws.md 1.6), in milliseconds and bytes. */
const lifeMs = 2 * 3600_000
const idleMs = 10 * 60_000
/** A reader that does not read is dropped here; AWS says that its buffer is full. */
const mostUnsent = 256 * 1024
/** Ping frames that a client may send in a second. */
const mostPings = 100

/** A connection that is open. */
export interface OpenConnection extends Connected {
  lastActiveAt: number
}

interface Held extends OpenConnection {
  socket: WebSocket
  cancel(): void
}

/** What is connected, by the gateway's ids. */
export class Connections {
  readonly #held = new Map<string, Held>()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Takes a connection in, with its limits; `closed` is told once. */
  add(connected: Connected, socket: WebSocket, closed: (code: number, reason: string) => void): void {
    const held: Held = { ...connected, lastActiveAt: connected.connectedAt, socket, cancel: () => {} }
    this.#held.set(connected.id, held)
    const endOfLife = this.#clock.after(lifeMs, () => socket.close(1001, 'Going away'))
    this.#watchIdleness(held)
    this.#watchPings(held)
    socket.on('message', () => this.#isActive(held))
    // What is malformed or too large, ws has closed with its code.
    socket.on('error', () => {})
    socket.once('close', (code, reason) => {
      endOfLife()
      held.cancel()
      this.#held.delete(held.id)
      closed(code, reason.toString())
    })
  }

  get(id: string): OpenConnection | null {
    return this.#held.get(id) ?? null
  }

  /** @returns false if the connection is gone, or has just been dropped because its reader does not read. */
  send(id: string, text: string): boolean {
    const held = this.#held.get(id)
    if (held === undefined || held.socket.readyState !== WebSocket.OPEN) return false
    if (held.socket.bufferedAmount > mostUnsent) {
      held.socket.terminate()
      return false
    }
    held.socket.send(text)
    this.#isActive(held)
    return true
  }

  /** Closes a connection as the gateway does when a function asks for it. @returns false if it is gone. */
  disconnect(id: string): boolean {
    const held = this.#held.get(id)
    if (held === undefined || held.socket.readyState !== WebSocket.OPEN) return false
    held.socket.close(1000)
    return true
  }

  /** Closes all of them: the gateway goes. */
  closeAll(): void {
    for (const { socket } of this.#held.values()) socket.close(1001, 'Going away')
  }

  /** Ends those that did not answer the closing. */
  endAll(): void {
    for (const { socket } of this.#held.values()) socket.terminate()
  }

  #isActive(held: Held): void {
    held.lastActiveAt = Date.now()
  }

  /** One timer, set again for what is left: nothing is done for each message. */
  #watchIdleness(held: Held): void {
    const left = held.lastActiveAt + idleMs - Date.now()
    held.cancel = this.#clock.after(Math.max(1000, left), () => {
      if (held.lastActiveAt + idleMs <= Date.now()) held.socket.close(1001, 'Going away')
      else this.#watchIdleness(held)
    })
  }

  /** Answered here, since ws would drop a flood without a word. */
  #watchPings(held: Held): void {
    let second = 0
    let pings = 0
    held.socket.on('ping', (content) => {
      const now = Math.floor(Date.now() / 1000)
      pings = now === second ? pings + 1 : 1
      second = now
      this.#isActive(held)
      if (pings > mostPings) held.socket.close(1008, 'Too many pings')
      else held.socket.pong(content)
    })
  }
}
