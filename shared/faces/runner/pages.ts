import * as z from 'zod'
import { digits } from '../../http/query.ts'
import type { Reply } from '../../http/route.ts'

/** Query of seed 003's lists (headless-runner-executions.md 1.1). */
export const listQuery = {
  limit: digits(1, 100).optional(),
  offset: digits(0, 10_000).optional(),
  cursor: z.string().min(1).optional(),
}

/** A list as seed 003 prints it, with the link to what follows. */
export function listReply(
  name: string,
  {
    items,
    total,
    totalCapped,
    limit,
    offset,
    cursor,
  }: {
    items: unknown[]
    total: number
    totalCapped: boolean
    limit: number
    offset: number
    cursor: string | null
  },
): Reply {
  return {
    body: { [name]: items, total, limit, offset },
    ...(totalCapped ? { headers: { 'sluice-total-capped': 'true' } } : {}),
    ...(cursor ? { next: new URLSearchParams({ limit: String(limit), cursor }).toString() } : {}),
  }
}
