import { functionName } from '../doors.ts'
import type { Call, Endpoint, Reply } from './endpoint.ts'
import { refusal } from './endpoint.ts'
import type { Functions } from './functions.ts'

/** File of the data folder that says where the endpoint listens. */
export const lambdaAddressFile = 'lambda-url'

/** The Lambda endpoint of the local account: Invoke of the function that only operators call. */
export function openLambda({ stage, invoke }: { stage: string; invoke: Functions['invoke'] }): Endpoint {
  const name = functionName(stage, 'admin')
  return { service: 'LAMBDA', handle: (call) => answer(call, name, invoke) }
}

async function answer({ rest, body }: Call, admin: string, invoke: Functions['invoke']): Promise<Reply> {
  const named = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(rest?.path ?? '')?.[1]
  if (named === undefined || rest?.method !== 'POST')
    return refusal('UnknownOperationException', 'The local account knows Invoke alone', 404)
  if (named !== admin)
    return refusal('ResourceNotFoundException', `The function that may be invoked here is ${admin}`, 404)
  const event = eventOf(body)
  if (event === undefined) return refusal('InvalidRequestContentException', 'The payload is no JSON')
  const invoked = await invoke(admin, event)
  const headers = { 'content-type': 'application/json' }
  if ('payload' in invoked) return { status: 200, headers, body: JSON.stringify(invoked.payload) }
  return {
    status: 200,
    headers: { ...headers, 'x-amz-function-error': 'Unhandled' },
    body: JSON.stringify(invoked),
  }
}

function eventOf(body: string): unknown {
  try {
    return JSON.parse(body === '' ? '{}' : body)
  } catch {
    return undefined
  }
}
