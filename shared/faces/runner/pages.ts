import * as z from 'zod'
import { digits } from '../../http/query.ts'
import type { Reply } from '../../http/route.ts'
import { notBoth } from '../not-both.ts'

/** Query of seed 003's lists (headless-runner-executions.md 1.1). */
export const listQuery = {
  limit: digits(1, 100).optional(),
  offset: digits(0, 10_000).optional(),
  cursor: z.string().min(1).optional(),
}

/** Which part of a list is asked for. */
export interface Asked {
  limit: number
  /** 0 if a cursor says where it begins. */
  offset: number
  cursor: string | undefined
}

/** @throws {Fault} `invalid_request` for offset and cursor at once. */
export function askedPart(query: z.output<z.ZodObject<typeof listQuery>>): Asked {
  const { limit = 10, offset = 0, cursor } = query
  notBoth(['offset', query.offset], ['cursor', cursor])
  return { limit, offset, cursor }
}

/** A list of these, as seed 003 prints it. */
export function listOf<N extends string, T extends z.ZodType>(name: N, item: T) {
  return z.strictObject({ [name]: z.array(item), total: z.int(), limit: z.int(), offset: z.int() })
}

/** The reply that shows a part of a list; `next` is the cursor of what follows. */
export function listReply(
  name: string,
  { limit, offset }: Asked,
  found: { items: unknown[]; total: number; totalCapped?: boolean; next: string | null },
): Reply {
  const { items, total, totalCapped = false, next } = found
  return {
    body: { [name]: items, total, limit, offset },
    ...(totalCapped ? { headers: { 'sluice-total-capped': 'true' } } : {}),
    next,
  }
}
