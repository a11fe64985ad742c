import { StepError } from '../../../shared/step-error.ts'
import type { Outbound, OutboundRequest } from '../../../shared/world.ts'
import { echoesOf } from './forms-of.ts'

/** Another side that gives back whatever it is told, in every form it can think of; it keeps what it was told. */
export function openCrm(): { calls: OutboundRequest[]; outbound: Outbound } {
  const calls: OutboundRequest[] = []
  const json = { 'content-type': 'application/json' }
  return {
    calls,
    async outbound(request) {
      calls.push(request)
      const { pathname } = new URL(request.url)
      const known = saidIn(request)
      if (pathname === '/deliveries' || pathname === '/told')
        return { status: 200, headers: {}, body: '', durationMs: 1 }
      const body = JSON.stringify(known.map(echoesOf))
      if (pathname === '/throws')
        throw new StepError('Http.Network', `${request.url} refused ${known.join(' ')}`)
      if (pathname === '/breaks') throw new Error(`${request.url} broke at ${known.join(' ')}`)
      if (pathname === '/fails')
        return { status: 500, headers: { ...json, echo: known.join() }, body, durationMs: 1 }
      const padding = pathname === '/large' ? 'x'.repeat(300_000) : ''
      const large = JSON.stringify({ padding, echo: body })
      return { status: 200, headers: { ...json, echo: known.join() }, body: large, durationMs: 1 }
    },
  }
}

/** Values of headers, query and body. */
function saidIn({ url, headers, body = '' }: OutboundRequest): string[] {
  return [...Object.values(headers), ...new URL(url).searchParams.values(), ...textsIn(body)]
}

function textsIn(body: string): string[] {
  try {
    const texts: string[] = []
    JSON.parse(body, (_name, value) => {
      if (typeof value === 'string') texts.push(value)
      return value
    })
    return texts
  } catch {
    return [body]
  }
}
