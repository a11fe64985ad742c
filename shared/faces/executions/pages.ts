import type { ExecutionPage } from '../../core/execution-list.ts'
import { Fault } from '../../faults.ts'

/** How far pages go. */
const deepest = 10_000

/** Which part of a list is asked for. */
export interface Part {
  page: number
  size: number
  offset: number
}

/** @throws {Fault} `invalid_request` beyond the first 10,000. */
export function partOf(query: { page?: number | undefined; page_size?: number | undefined }): Part {
  const { page = 1, page_size: size = 10 } = query
  if (page * size <= deepest) return { page, size, offset: (page - 1) * size }
  const message = `page × page_size goes to ${deepest}: beyond it use start_from_execution_id`
  throw new Fault('invalid_request', message, { issues: [{ path: '?page', code: 'too_far', message }] })
}

/** Headers of a list: how many there are, and where the next page is. */
export function totals(
  path: string,
  query: Record<string, unknown>,
  { page, size }: Part,
  { executions, total, totalCapped, more }: ExecutionPage,
): Record<string, string> {
  const last = executions.at(-1)
  const next =
    (page + 1) * size <= deepest
      ? { ...query, page: page + 1 }
      : { ...query, page: undefined, start_from_execution_id: last?.id }
  return {
    'x-total-count': String(total),
    ...(totalCapped ? { 'sluice-total-capped': 'true' } : {}),
    ...(more ? { link: `<${path}?${parametersOf(next)}>; rel="next"` } : {}),
  }
}

function parametersOf(query: Record<string, unknown>): URLSearchParams {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    for (const one of [value].flat()) if (one !== undefined) parameters.append(name, String(one))
  return parameters
}
