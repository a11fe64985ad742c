import { FairQueue } from '../fair-queue.ts'
import { limits } from './limits.ts'
import type { Answer } from './sandbox.ts'
import { ScriptError } from './script-error.ts'
import { Worker } from './worker.ts'

/** Runs questions in children; each child has one at a time. */
export interface ScriptPool {
  /**
   * @param group takes turns with others.
   * @throws {ScriptError} `Lambda.TooManyRequestsException`, `Lambda.ServiceException`: the machine tries again.
   */
  ask(group: string, question: string): Promise<Answer>
}

/** Opens a pool; children start when they are first needed, and end with this process. */
export function openScriptPool(): ScriptPool {
  return new Children()
}

interface Job {
  question: string
  resolve(answer: Answer): void
  reject(error: ScriptError): void
  /** Gives up waiting for a child. */
  patience: NodeJS.Timeout
}

const startsThatMayFail = 3

class Children implements ScriptPool {
  readonly #queue = new FairQueue<Job>()
  readonly #workers = new Set<Worker>()
  readonly #free = new Set<Worker>()
  #failedStarts = 0

  ask(group: string, question: string): Promise<Answer> {
    if (this.#queue.length >= limits.queueLength) return Promise.reject(tooMany())
    return new Promise((resolve, reject) => {
      const patience = setTimeout(() => {
        this.#queue.delete(group, job)
        reject(tooMany())
      }, limits.queueMs)
      const job: Job = { question, resolve, reject, patience }
      this.#queue.push(group, job)
      this.#dispatch()
    })
  }

  #dispatch(): void {
    for (const worker of this.#free) {
      const job = this.#queue.shift()
      if (job === undefined) break
      this.#free.delete(worker)
      clearTimeout(job.patience)
      worker.run(job.question).then(job.resolve, job.reject)
    }
    const wanted = Math.min(limits.children, this.#workers.size - this.#free.size + this.#queue.length)
    while (this.#workers.size < wanted) this.#start()
  }

  #start(): void {
    this.#workers.add(
      new Worker({
        free: (worker) => {
          this.#failedStarts = 0
          this.#free.add(worker)
          this.#dispatch()
        },
        gone: (worker, started) => this.#bury(worker, started),
      }),
    )
  }

  #bury(worker: Worker, started: boolean): void {
    this.#workers.delete(worker)
    this.#free.delete(worker)
    if (!started && ++this.#failedStarts >= startsThatMayFail) {
      this.#failedStarts = 0
      this.#refuseAll()
    } else if (started && this.#workers.size < 1) this.#start()
    this.#dispatch()
  }

  #refuseAll(): void {
    for (let job = this.#queue.shift(); job; job = this.#queue.shift()) {
      clearTimeout(job.patience)
      job.reject(new ScriptError('Lambda.ServiceException', 'The sandbox cannot be started'))
    }
  }
}

function tooMany(): ScriptError {
  return new ScriptError('Lambda.TooManyRequestsException', 'Too many scripts are waiting')
}
