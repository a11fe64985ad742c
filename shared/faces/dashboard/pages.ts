import * as z from 'zod'
import { Fault } from '../../faults.ts'
import { digits, flag } from '../../http/query.ts'
import { notBoth } from '../not-both.ts'

/** Query of seed 001's pages (dashboard.md §2). */
export const pageQuery = {
  limit: digits(1, 100).optional(),
  page: digits(1, 10_000).optional(),
  cursor: z.string().min(1).optional(),
  total: flag.optional(),
}

/** How far pages by number go. */
const mostByPage = 10_000

/** Which page is asked for. */
export interface Asked {
  limit: number
  /** null if a cursor says where it begins. */
  page: number | null
  offset: number
  cursor: string | undefined
  /** Whether to count all matches. */
  counted: boolean
}

/** @throws {Fault} `invalid_request` for page and cursor at once, and for a page that lies too deep. */
export function askedPage(
  query: z.output<z.ZodObject<typeof pageQuery>>,
  { limit: usual } = { limit: 20 },
): Asked {
  const { limit = usual, page = 1, cursor, total = true } = query
  notBoth(['page', query.page], ['cursor', cursor])
  if (page * limit > mostByPage)
    throw new Fault('invalid_request', 'The query is not right: use cursor beyond 10,000', {
      issues: [{ path: '?page', code: 'too_big', message: 'use cursor beyond 10,000' }],
    })
  return {
    limit,
    page: cursor === undefined ? page : null,
    offset: cursor === undefined ? (page - 1) * limit : 0,
    cursor,
    counted: total,
  }
}

/** What a page says of itself, in the order of the page's own description. */
export const pageFields = {
  limit: z.int(),
  page: z.int().nullable(),
  total: z.int().nullable(),
  totalCapped: z.boolean(),
  hasMore: z.boolean(),
  nextCursor: z.string().nullable(),
}

/** One page of a list of these. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.strictObject({ data: z.array(item), ...pageFields })
}

/** The members of a page besides its data. */
export function pageEnd(
  { limit, page, counted }: Asked,
  found: { total: number | null; totalCapped?: boolean; nextCursor: string | null },
) {
  const { total, totalCapped = false, nextCursor } = found
  return {
    limit,
    page,
    total: counted ? total : null,
    totalCapped: counted && totalCapped,
    hasMore: nextCursor !== null,
    nextCursor,
  }
}
