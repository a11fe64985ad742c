import type { ChildProcess } from 'node:child_process'
import type { Said } from './child.ts'
import { startChild } from './child-process.ts'
import { limits } from './limits.ts'
import { processorMs } from './processor-time.ts'
import type { Answer } from './sandbox.ts'

/** What a worker tells its pool. */
interface Listener {
  /** It can take a script. */
  free(worker: Worker): void
  /** It is gone; what it was working on has been answered. */
  gone(worker: Worker, started: boolean): void
}

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
  /** Processor time that the child had used when it last said something. */
  #spentMs = 0

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
      this.#watch(performance.now(), limits.wallMs)
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

  /** Kills the child when its script has had its time; on a busy machine it may not have been given it yet. */
  #watch(startedAt: number, afterMs: number): void {
    this.#wall = setTimeout(() => {
      const used = processorMs(this.#child.pid ?? 0)
      const isOver = used === null || used - this.#spentMs >= limits.wallMs
      this.#killedLate = isOver || performance.now() - startedAt >= limits.longestMs
      if (this.#killedLate) this.kill()
      else this.#watch(startedAt, limits.askAgainMs)
    }, afterMs)
  }

  #hear({ answer, spentMs }: Said): void {
    this.#spentMs = spentMs
    this.#started = true
    clearTimeout(this.#starting)
    if (answer) this.#settle(answer)
    this.#rest()
    const hitLimit = answer !== undefined && 'error' in answer && limiting.has(answer.error)
    // What met a limit has left memory behind, and perhaps more.
    const isWorn = this.#scripts >= limits.scriptsPerChild || hitLimit
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
        ? { error: 'Script.Timeout', message: `The script ran longer than ${limits.scriptMs} ms` }
        : { error: 'Script.Memory', message: 'The script used more memory than it may' },
    )
    this.#listener.gone(this, this.#started)
  }
}

const limiting: ReadonlySet<string> = new Set(['Script.Timeout', 'Script.Memory', 'Script.TooDeep'])
