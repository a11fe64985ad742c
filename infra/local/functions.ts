import { randomUUID } from 'node:crypto'
import type { Context } from 'aws-lambda'
import type { Clock, Json, Log, World } from '../../shared/world.ts'

/** What a door exports as `open`: the handler of one function, made over a World. */
export type OpenDoor = (world: World) => (event: never, context: Context) => Promise<unknown>

/** A function as AWS would describe it. */
export interface FunctionShape {
  open: OpenDoor
  timeoutSeconds: number
  memoryMegabytes: number
}

/** What became of an invocation: the payload, or the error as Lambda tells it. */
export type Invoked = { payload: Json } | { errorType: string; errorMessage: string; trace: string[] }

/** Largest event and reply of a synchronous invocation, in bytes. */
export const payloadLimitBytes = 6_291_456

/** Invokes the doors by function name. */
export interface Functions {
  /** Never rejects: what the handler throws comes back as Lambda reports it. */
  invoke(name: string, event: unknown): Promise<Invoked>
  /** True if there is a function of that name. */
  has(name: string): boolean
}

/** Opens every function once, as a warm Lambda environment would hold it. */
export function openFunctions(
  shapes: Record<string, FunctionShape>,
  { world, clock, log }: { world: World; clock: Clock; log: Log },
): Functions {
  const opened = new Map(
    Object.entries(shapes).map(([name, shape]) => [name, { ...shape, handler: shape.open(world) }]),
  )
  return {
    has: (name) => opened.has(name),
    async invoke(name, event) {
      const shape = opened.get(name)
      if (shape === undefined) return failure('ResourceNotFoundException', `Function not found: ${name}`)
      const sent = JSON.stringify(event)
      if (Buffer.byteLength(sent) > payloadLimitBytes)
        return failure('RequestEntityTooLargeException', `The event is over ${payloadLimitBytes} bytes`)
      try {
        const context = contextOf(name, shape, clock)
        // The copy is Lambda's: a handler never shares an object with its caller.
        const result = await withDeadline(shape, clock, shape.handler(JSON.parse(sent) as never, context))
        return { payload: (result === undefined ? null : result) as Json }
      } catch (error) {
        if (error instanceof TimedOut) {
          log.error('A function ran past its time', { function: name, timeoutSeconds: shape.timeoutSeconds })
          return failure('Sandbox.Timedout', `Task timed out after ${shape.timeoutSeconds}.00 seconds`)
        }
        return thrown(error)
      }
    },
  }
}

class TimedOut extends Error {}

async function withDeadline<T>(shape: FunctionShape, clock: Clock, work: Promise<T>): Promise<T> {
  let cancel = () => {}
  const deadline = new Promise<never>((_, reject) => {
    cancel = clock.after(shape.timeoutSeconds * 1000, () => reject(new TimedOut()))
  })
  try {
    return await Promise.race([work, deadline])
  } finally {
    cancel()
  }
}

function failure(errorType: string, errorMessage: string): Invoked {
  return { errorType, errorMessage, trace: [] }
}

function thrown(error: unknown): Invoked {
  if (!(error instanceof Error)) return failure('Error', String(error))
  const trace = (error.stack ?? '').split('\n').filter((line) => line !== '')
  return { errorType: error.name, errorMessage: error.message, trace }
}

function contextOf(name: string, shape: FunctionShape, clock: Clock): Context {
  const end = clock.now() + shape.timeoutSeconds * 1000
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:${process.env.AWS_REGION ?? 'us-east-1'}:000000000000:function:${name}`,
    memoryLimitInMB: String(shape.memoryMegabytes),
    awsRequestId: randomUUID(),
    logGroupName: `/aws/lambda/${name}`,
    logStreamName: 'local',
    getRemainingTimeInMillis: () => Math.max(0, end - clock.now()),
    done() {},
    fail() {},
    succeed() {},
  }
}
