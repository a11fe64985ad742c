import type { ChildProcess } from 'node:child_process'
import type { Answer, Question } from './child.ts'
import { startChild } from './child-process.ts'
import { EvaluationError } from './error.ts'
import { limits } from './limits.ts'

/** What a worker tells its pool. */
interface Listener {
  /** It can take an evaluation. */
  free(worker: Worker): void
  /** It is gone; what it was working on has been refused. */
  gone(worker: Worker, started: boolean): void
}

interface Task {
  resolve(output: string | undefined): void
  reject(error: EvaluationError): void
  stop(): void
}

/** One child process and the evaluation it is working on. */
export class Worker {
  readonly #child: ChildProcess
  readonly #listener: Listener
  readonly #starting: NodeJS.Timeout
  #task: Task | undefined
  #started = false
  #evaluations = 0

  constructor(listener: Listener) {
    this.#listener = listener
    this.#child = startChild()
    this.#starting = setTimeout(() => this.#child.kill('SIGKILL'), limits.startMs)
    this.#child.on('message', (answer) => this.#hear(answer as Answer))
    this.#child.once('error', () => this.#end('could not be started'))
    this.#child.once('exit', () => this.#end('ended: out of memory or time'))
    this.#child.stderr?.resume()
    this.#release()
  }

  /** Evaluates; the JSON text of the result, undefined for nothing. @throws {EvaluationError} */
  evaluate(question: Question, wallMs: number): Promise<string | undefined> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), wallMs)
      this.#task = { resolve, reject, stop: () => clearTimeout(timer) }
      this.#evaluations++
      this.#child.ref()
      this.#child.channel?.ref()
      this.#child.send(question, (error) => {
        if (error) this.#child.kill('SIGKILL')
      })
    })
  }

  /** It has done its share and should be replaced before its memory is. */
  get isWorn(): boolean {
    return this.#evaluations >= limits.evaluationsPerChild
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  #hear(answer: Answer): void {
    if ('ready' in answer) {
      this.#started = true
      clearTimeout(this.#starting)
    } else this.#settle(answer)
    this.#release()
    this.#listener.free(this)
  }

  #settle(answer: { output?: string } | { error: string }): void {
    const task = this.#task
    this.#task = undefined
    task?.stop()
    if ('error' in answer) task?.reject(new EvaluationError(answer.error))
    else task?.resolve(answer.output)
  }

  // A child that only waits keeps no process alive.
  #release(): void {
    this.#child.unref()
    this.#child.channel?.unref()
    ;(this.#child.stderr as { unref?(): void } | null)?.unref?.()
  }

  #end(how: string): void {
    clearTimeout(this.#starting)
    this.#settle({ error: `expression_limit: the evaluation ${how}` })
    this.#listener.gone(this, this.#started)
  }
}
