import type { ChildProcess } from 'node:child_process'
import { startChild } from './child-process.ts'
import { limits } from './limits.ts'
import type { Answer } from './sandbox.ts'

/** What a worker tells its pool. */
interface Listener {
  /** It can take a script. */
  free(worker: Worker): void
  /** It is gone; what it was working on has been answered. */
  gone(worker: Worker, started: boolean): void
}

/** What a child says: first that it is ready, then one answer for each question. */
type Said = { ready: true } | Answer

/** One child process and the script it is working on. */
export class Worker {
  readonly #child: ChildProcess
  readonly #listener: Listener
  readonly #starting: NodeJS.Timeout
  #answer: ((answer: Answer) => void) | undefined
  #wall: NodeJS.Timeout | undefined
  #started = false
  #killedLate = false
  #scripts = 0

  constructor(listener: Listener) {
    this.#listener = listener
    this.#child = startChild()
    this.#starting = setTimeout(() => this.kill(), limits.startMs)
    this.#child.on('message', (said) => this.#hear(said as Said))
    this.#child.once('error', () => this.#end())
    this.#child.once('exit', () => this.#end())
    this.#child.stderr?.resume()
    this.#rest()
  }

  /** Runs a script; a child that does not answer in time is killed. */
  run(question: string): Promise<Answer> {
    return new Promise((resolve) => {
      this.#answer = resolve
      this.#scripts++
      this.#wall = setTimeout(() => {
        this.#killedLate = true
        this.kill()
      }, limits.wallMs)
      this.#child.ref()
      this.#child.channel?.ref()
      this.#child.send(question, (error) => {
        if (error) this.kill()
      })
    })
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  #hear(said: Said): void {
    if ('ready' in said) {
      this.#started = true
      clearTimeout(this.#starting)
    } else this.#settle(said)
    this.#rest()
    // What met a limit has left memory behind; what failed may have left more.
    const isWorn = this.#scripts >= limits.scriptsPerChild || ('error' in said && limiting.has(said.error))
    if (isWorn) this.kill()
    else this.#listener.free(this)
  }

  #settle(answer: Answer): void {
    clearTimeout(this.#wall)
    const resolve = this.#answer
    this.#answer = undefined
    resolve?.(answer)
  }

  // A child that only waits keeps no process alive.
  #rest(): void {
    this.#child.unref()
    this.#child.channel?.unref()
    ;(this.#child.stderr as { unref?(): void } | null)?.unref?.()
  }

  #end(): void {
    clearTimeout(this.#starting)
    this.#settle(
      this.#killedLate
        ? { error: 'Script.Timeout', message: `The script ran longer than ${limits.wallMs} ms` }
        : { error: 'Script.Memory', message: 'The script used more memory than it may' },
    )
    this.#listener.gone(this, this.#started)
  }
}

const limiting: ReadonlySet<string> = new Set(['Script.Timeout', 'Script.Memory', 'Script.TooDeep'])
