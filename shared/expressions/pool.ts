import { FairQueue } from '../fair-queue.ts'
import type { Json } from '../world.ts'
import { compileDirect, type Direct } from './direct.ts'
import { EvaluationError, ExpressionError } from './error.ts'
import { parseCompiled } from './gate.ts'
import { TooMuchWork } from './json-values.ts'
import { limits } from './limits.ts'
import { isSafe } from './safe.ts'
import { someTree, type Tree } from './tree.ts'
import { checkResult, inputText } from './wire-values.ts'
import { Worker } from './worker.ts'

/** Size and limits of a pool. */
export interface PoolOptions {
  /** Children at most; each does one evaluation at a time. Default 2. */
  size?: number
  /** Start the children now, not when they are first needed. */
  ahead?: boolean
  /** Evaluations that may wait for a child. Default 64. */
  queueLength?: number
  /** Milliseconds an evaluation may take before it ends itself (400), and before its child is killed (600). */
  evaluationMs?: number
  wallMs?: number
}

type Bindings = Record<string, unknown>

/** Evaluates the compiled expressions of a machine as Step Functions would, without trusting them. */
export interface Pool {
  /**
   * Evaluates an expression (JSONata without `{% %}`) with variables, for a context that is usually undefined.
   *
   * @returns the value, or undefined where the expression gives nothing.
   * @throws {EvaluationError} `States.QueryEvaluationError`; `expression_busy` when too many are waiting.
   */
  evaluate(
    source: string,
    input: unknown,
    bindings: Bindings,
    options?: { group?: string },
  ): Promise<Json | undefined>
  /**
   * The same at once, without a promise; undefined if it has to be done in a child.
   *
   * @throws {EvaluationError} `States.QueryEvaluationError`
   */
  evaluateNow(source: string, input: unknown, bindings: Bindings): { value: Json | undefined } | undefined
  /** Ends the children; evaluations under way are refused. */
  close(): void
}

/** Opens a pool; children start when they are first needed. */
export function openPool(options: PoolOptions = {}): Pool {
  return new ChildPool(options)
}

interface Compiled {
  direct: Direct | undefined
  /** Variables the expression reads: no others are sent. */
  variables: string[]
}

interface Job {
  source: string
  input: string | undefined
  bindings: string
  resolve(value: Json | undefined): void
  reject(error: unknown): void
}

class ChildPool implements Pool {
  readonly #options: Required<PoolOptions>
  readonly #compiled = new Map<string, Compiled>()
  readonly #queue = new FairQueue<Job>()
  readonly #workers = new Set<Worker>()
  readonly #free: Worker[] = []
  #failedStarts = 0
  #closed = false

  constructor(options: PoolOptions) {
    const { children, queueLength, evaluationMs, wallMs } = limits
    this.#options = { size: children, ahead: false, queueLength, evaluationMs, wallMs, ...options }
    if (this.#options.ahead) for (let count = 0; count < this.#options.size; count++) this.#startWorker()
  }

  evaluateNow(source: string, input: unknown, bindings: Bindings): { value: Json | undefined } | undefined {
    const { direct } = this.#compile(source)
    if (direct === undefined) return undefined
    try {
      const value = direct.evaluate(input, bindings)
      return { value: checkResult(value, direct.builds) }
    } catch (error) {
      if (error instanceof TooMuchWork) return undefined
      if (error instanceof RangeError) throw new EvaluationError('The value is nested too deep')
      throw error
    }
  }

  async evaluate(
    source: string,
    input: unknown,
    bindings: Bindings,
    { group = '' }: { group?: string } = {},
  ): Promise<Json | undefined> {
    const now = this.evaluateNow(source, input, bindings)
    if (now) return now.value
    if (this.#closed) throw new EvaluationError('The evaluator is closed')
    if (this.#queue.length >= this.#options.queueLength)
      throw new EvaluationError('Too many expressions are waiting', 'expression_busy')
    const { variables } = this.#compile(source)
    const used = Object.fromEntries(
      variables.filter((name) => Object.hasOwn(bindings, name)).map((name) => [name, bindings[name]]),
    )
    const texts = { input: inputText(input), bindings: inputText(used) ?? '{}' }
    return new Promise((resolve, reject) => {
      this.#queue.push(group, { source, ...texts, resolve, reject })
      this.#dispatch()
    })
  }

  close(): void {
    this.#closed = true
    for (const worker of this.#workers) worker.kill()
    this.#refuseAll('The evaluator is closed')
  }

  #compile(source: string): Compiled {
    const known = this.#compiled.get(source)
    if (known) return known
    const compiled = compile(source)
    // Maps keep the order of insertion: the first is the oldest.
    if (this.#compiled.size >= limits.cachedExpressions)
      this.#compiled.delete(this.#compiled.keys().next().value!)
    this.#compiled.set(source, compiled)
    return compiled
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const worker = this.#free.pop()
      if (worker === undefined) break
      this.#give(worker, this.#queue.shift()!)
    }
    const wanted = Math.min(this.#options.size, this.#queue.length)
    while (!this.#closed && this.#workers.size < wanted) this.#startWorker()
  }

  #give(worker: Worker, job: Job): void {
    const { evaluationMs, wallMs } = this.#options
    const { source, input, bindings } = job
    worker
      .evaluate({ source, input, bindings, evaluationMs }, wallMs)
      .then((output) => job.resolve(output === undefined ? undefined : (JSON.parse(output) as Json)))
      .catch(job.reject)
  }

  #startWorker(): void {
    this.#workers.add(
      new Worker({
        free: (worker) => this.#welcome(worker),
        gone: (worker, started) => this.#bury(worker, started),
      }),
    )
  }

  #welcome(worker: Worker): void {
    this.#failedStarts = 0
    if (worker.isWorn || this.#closed) worker.kill()
    else this.#free.push(worker)
    this.#dispatch()
  }

  #bury(worker: Worker, started: boolean): void {
    this.#workers.delete(worker)
    const at = this.#free.indexOf(worker)
    if (at >= 0) this.#free.splice(at, 1)
    if (this.#closed) return
    if (!started) this.#failedStarts++
    if (this.#failedStarts > 3) this.#refuseAll('The evaluator cannot be started')
    else if (started && this.#workers.size < this.#options.size) this.#startWorker()
    this.#dispatch()
  }

  #refuseAll(message: string): void {
    for (let job = this.#queue.shift(); job; job = this.#queue.shift())
      job.reject(new EvaluationError(message))
  }
}

function compile(source: string): Compiled {
  const tree = parse(source)
  const variables = new Set<string>()
  someTree(tree, (found) => {
    if (found.type === 'variable') variables.add(found.value)
    return false
  })
  return { direct: isSafe(tree) ? compileDirect(tree) : undefined, variables: [...variables] }
}

function parse(source: string): Tree {
  try {
    return parseCompiled(source)
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    throw new EvaluationError(`${error.message} (at character ${error.offset})`)
  }
}
