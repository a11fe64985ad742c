import * as z from 'zod'
import { digits, flag } from '../../http/query.ts'

/** Query of seed 001's pages (dashboard.md §2). */
export const pageQuery = {
  limit: digits(1, 100).optional(),
  page: digits(1, 10_000).optional(),
  cursor: z.string().min(1).optional(),
  total: flag.optional(),
}

/** One page as this face prints it. */
export interface Page {
  data: unknown[]
  limit: number
  /** null after a cursor. */
  page: number | null
  total: number | null
  totalCapped: boolean
  nextCursor: string | null
}

/** The page object, in the order of the page's own description. */
export function pageObject({
  data,
  limit,
  page,
  total,
  totalCapped,
  nextCursor,
}: Page): Record<string, unknown> {
  return { data, limit, page, total, totalCapped, hasMore: nextCursor !== null, nextCursor }
}
