import type { Json } from '../world.ts'
import type { Outcome, Work } from './child.ts'
import { type Direct, makeDirect } from './direct.ts'
import { NeedsJsonata } from './direct-values.ts'
import { evaluateByLibrary } from './evaluate.ts'
import { isHarmless } from './harmless.ts'
import { deepestValue, largestValueBytes, longestExpression, longestQueue } from './limits.ts'
import { Seat } from './seat.ts'
import { parseTree } from './tree.ts'

/** An evaluation that failed; Step Functions calls it `States.QueryEvaluationError`. */
export class EvaluationError extends Error {
  readonly code: 'States.QueryEvaluationError' | 'expression_busy'

  constructor(message: string, code: EvaluationError['code'] = 'States.QueryEvaluationError') {
    super(message)
    this.name = code
    this.code = code
  }
}

/** Evaluates JSONata where it can do no harm (aws.md 6.4). */
export interface Pool {
  /**
   * The value at once, for trees that need neither sequences nor another process; undefined = use `evaluate`.
   *
   * @param variables by name, without `$`.
   */
  evaluateNow(source: string, variables: Record<string, unknown>): { value: unknown } | undefined
  /**
   * The value, or undefined if the expression has none.
   *
   * @param options `group` = who asks: groups take turns when evaluations queue.
   * @throws {EvaluationError}
   */
  evaluate(
    source: string,
    input: unknown,
    variables: Record<string, unknown>,
    options?: { group?: string },
  ): Promise<Json | undefined>
  close(): void
}

/** How one expression is evaluated. */
interface Way {
  direct: Direct | undefined
  harmless: boolean
}

/** Opens the pool; its children start when the first expression needs one. */
export function openPool({ size = 2 }: { size?: number } = {}): Pool {
  const ways = new Map<string, Way>()
  const seats = Array.from({ length: size }, () => new Seat())
  const queues = new Map<string, Job[]>()
  let closed = false

  const wayOf = (source: string): Way => {
    const known = ways.get(source)
    if (known) return known
    const way = findWay(source)
    ways.set(source, way)
    if (ways.size > 10_000) ways.delete(ways.keys().next().value as string)
    return way
  }

  const pump = (): void => {
    for (const seat of seats) {
      const [group, jobs] = queues.entries().next().value ?? []
      if (seat.busy || group === undefined || !jobs) continue
      const job = jobs.shift()!
      // The group goes to the end of the line: one that asks much does not keep others waiting.
      queues.delete(group)
      if (jobs.length > 0) queues.set(group, jobs)
      void seat.run(job.work).then(job.done).finally(pump)
    }
  }

  const inChild = (work: Work, group: string): Promise<Outcome> =>
    new Promise((done) => {
      const waiting = [...queues.values()].reduce((sum, jobs) => sum + jobs.length, 0)
      if (closed || waiting >= longestQueue) return done({ failed: 'busy' })
      queues.set(group, [...(queues.get(group) ?? []), { work, done }])
      pump()
    })

  return {
    evaluateNow(source, variables) {
      const { direct } = wayOf(source)
      if (direct === undefined) return undefined
      try {
        return { value: direct(variables) }
      } catch (error) {
        if (error instanceof NeedsJsonata) return undefined
        throw error
      }
    },
    async evaluate(source, input, variables, { group = '' } = {}) {
      if (wayOf(source).harmless) return evaluateHere(source, input, variables)
      const outcome = await inChild(workOf(source, input, variables), group)
      if ('json' in outcome) return JSON.parse(outcome.json) as Json
      if ('nothing' in outcome) return undefined
      if (outcome.failed === 'busy')
        throw new EvaluationError('Too many expressions are waiting', 'expression_busy')
      throw new EvaluationError(outcome.failed)
    },
    close() {
      closed = true
      for (const seat of seats) seat.end()
    },
  }
}

interface Job {
  work: Work
  done(outcome: Outcome): void
}

function findWay(source: string): Way {
  try {
    const tree = parseTree(source)
    return { direct: makeDirect(tree), harmless: isHarmless(tree) }
  } catch {
    // The child says what is wrong with it.
    return { direct: undefined, harmless: false }
  }
}

async function evaluateHere(
  source: string,
  input: unknown,
  variables: Record<string, unknown>,
): Promise<Json | undefined> {
  try {
    const value = await evaluateByLibrary(source, input, variables)
    // JSONata marks lists of its own; JSON has none of that.
    return value === undefined ? undefined : (JSON.parse(JSON.stringify(value) ?? 'null') as Json)
  } catch (error) {
    const { code = '', message = 'The expression failed' } = error as { code?: string; message?: string }
    throw new EvaluationError(`${code}: ${message}`)
  }
}

/** Only the variables that the source names travel. @throws {EvaluationError} for what is too large to send. */
function workOf(source: string, input: unknown, variables: Record<string, unknown>): Work {
  if (source.length > 4 * longestExpression)
    throw new EvaluationError(`The expression is over ${4 * longestExpression} characters`)
  const named = [...new Set(source.match(/\$[A-Za-z_]\w*/g) ?? [])].map((name) => name.slice(1))
  const sent = Object.fromEntries(
    named.filter((name) => variables[name] !== undefined).map((name) => [name, variables[name]]),
  )
  for (const value of [input, sent])
    if (depthOf(value, 0) > deepestValue + 1)
      throw new EvaluationError(`A value nests more than ${deepestValue} levels`)
  const work = {
    source,
    input: input === undefined ? null : JSON.stringify(input),
    variables: JSON.stringify(sent),
  }
  if (Buffer.byteLength(work.variables) + (work.input?.length ?? 0) > 4 * largestValueBytes)
    throw new EvaluationError('The values that the expression reads are too large')
  return work
}

function depthOf(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null || depth > deepestValue + 1) return depth
  return Object.values(value).reduce(
    (deepest: number, member) => Math.max(deepest, depthOf(member, depth + 1)),
    depth + 1,
  )
}
