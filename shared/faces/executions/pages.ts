import type { ExecutionPage } from '../../core/execution-list.ts'
import { Fault } from '../../faults.ts'
import { digits } from '../../http/query.ts'

/** How far pages go. */
const deepest = 10_000

/** Query of seed 004's lists. */
export const pageQuery = { page: digits(1, 10_000).optional(), page_size: digits(1, 100).optional() }

/** Which part of a list is asked for. */
export interface Part {
  page: number
  limit: number
  offset: number
}

/** @throws {Fault} `invalid_request` beyond the first 10,000. */
export function partOf(query: { page?: number | undefined; page_size?: number | undefined }): Part {
  const { page = 1, page_size: limit = 10 } = query
  if (page * limit <= deepest) return { page, limit, offset: (page - 1) * limit }
  const message = `page × page_size goes to ${deepest}: beyond it use start_from_execution_id`
  throw new Fault('invalid_request', message, { issues: [{ path: '?page', code: 'too_far', message }] })
}

/** Headers of a list of executions: how many there are, and where the next page is. */
export function totals(
  path: string,
  query: Record<string, unknown>,
  part: Part,
  { executions, total, totalCapped, more }: ExecutionPage,
): Record<string, string> {
  const from = { page: undefined, start_from_execution_id: executions.at(-1)?.id }
  return {
    'x-total-count': String(total),
    ...(totalCapped ? { 'sluice-total-capped': 'true' } : {}),
    ...(more ? linkTo(path, { ...query, ...(pageAfter(part) ?? from) }) : {}),
  }
}

/** The header that tells where the next page is, if there is one that can be asked for. */
export function nextPage(
  path: string,
  query: Record<string, unknown>,
  part: Part,
  more: boolean,
): Record<string, string> {
  const next = pageAfter(part)
  return more && next ? linkTo(path, { ...query, ...next }) : {}
}

function pageAfter({ page, limit }: Part): { page: number } | null {
  return (page + 1) * limit <= deepest ? { page: page + 1 } : null
}

function linkTo(path: string, query: Record<string, unknown>): Record<string, string> {
  return { link: `<${path}?${parametersOf(query)}>; rel="next"` }
}

function parametersOf(query: Record<string, unknown>): URLSearchParams {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    for (const one of [value].flat()) if (one !== undefined) parameters.append(name, String(one))
  return parameters
}
