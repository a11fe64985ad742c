import { Fault } from '../faults.ts'

/**
 * Two parameters of which one is allowed.
 *
 * @throws {Fault} `invalid_request` if both are given.
 */
export function notBoth(first: [name: string, value: unknown], second: [name: string, value: unknown]): void {
  if (first[1] === undefined || second[1] === undefined) return
  const message = `give ${first[0]} or ${second[0]}, not both`
  throw new Fault('invalid_request', `The query is not right: ${message}`, {
    issues: [{ path: `?${second[0]}`, code: 'not_allowed', message }],
  })
}
