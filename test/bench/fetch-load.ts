import type { Load, LoadOptions } from './load.ts'
import { quantile } from './load.ts'

/**
 * The same load as an app in Node makes it: `fetch`, one request after another on each connection, every answer read as
 * JSON. It takes more of the machine than what it asks does, so a service and a bare server are closer by it than by
 * autocannon; orders of magnitude measured elsewhere by such clients compare with this one.
 */
export async function fetchLoad({
  url,
  connections,
  seconds,
  body,
  headers = {},
}: LoadOptions): Promise<Load> {
  const times: number[] = []
  let failed = 0
  const end = performance.now() + seconds * 1000
  const caller = async () => {
    while (performance.now() < end) {
      const started = performance.now()
      const response = await fetch(url, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      await response.json()
      times.push(performance.now() - started)
      if (!response.ok) failed++
    }
  }
  await Promise.all(Array.from({ length: connections }, caller))
  times.sort((a, b) => a - b)
  return {
    perSecond: times.length / seconds,
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    failed,
  }
}
