import * as z from 'zod'
import type { FlowEntry } from '../../core/flow-view.ts'
import { instant, uuid } from '../shapes.ts'

const before = { id: uuid, name: z.string(), description: z.string(), version: z.string() }
const after = { created_at: instant, updated_at: instant, tags: z.array(z.string()) }

/** A flow as seed 003 prints it, without its text. */
export const flowShape = z.strictObject({ ...before, ...after })

/** A flow with its text. */
export const flowWithTextShape = z.strictObject({ ...before, definition: z.string(), ...after })

/** A flow in the order of the seed. */
export function runnerFlow(flow: FlowEntry, definition?: string): Record<string, unknown> {
  const { id, name, description, label, createdAt, updatedAt, tags } = flow
  return {
    id,
    name,
    description: description ?? '',
    version: label,
    ...(definition === undefined ? {} : { definition }),
    created_at: createdAt,
    updated_at: updatedAt,
    tags,
  }
}
