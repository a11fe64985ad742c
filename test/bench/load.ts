import autocannon from 'autocannon'

/** What a load of equal requests gave. */
export interface Load {
  perSecond: number
  p50Ms: number
  p99Ms: number
  /** Answers other than 2xx, and requests without answer. */
  failed: number
}

export interface LoadOptions {
  url: string
  connections: number
  seconds: number
  body?: unknown
  headers?: Record<string, string>
}

/** Sends the same request over and over; times are measured here, since autocannon rounds to milliseconds. */
export async function load({ url, connections, seconds, body, headers = {} }: LoadOptions): Promise<Load> {
  const times: number[] = []
  const running = autocannon({
    url,
    connections,
    duration: seconds,
    ...(body === undefined
      ? {}
      : {
          method: 'POST',
          body: JSON.stringify(body),
          headers: { ...headers, 'content-type': 'application/json' },
        }),
  })
  running.on('response', (_client: unknown, _status: number, _bytes: number, responseMs: number) =>
    times.push(responseMs),
  )
  const result = await running
  times.sort((a, b) => a - b)
  return {
    perSecond: result.requests.average,
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    failed: result.non2xx + result.errors + result.timeouts,
  }
}

/** The value below which the given part of sorted times lies. */
export function quantile(sorted: number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}
