import { publishable } from '../definitions/problem.ts'
import type { JsonObject, World } from '../world.ts'
import { autosave } from './autosave.ts'
import { type Enhanced, enhance } from './enhance.ts'
import { type Author, readState } from './flow-change.ts'
import { checkGuard, type Guard } from './flow-guard.ts'

/** What is wished for a draft. */
export interface DraftOrder {
  prompt: string
  /** A result without errors becomes the draft. */
  apply: boolean
}

/**
 * The same for a flow's draft. A result becomes the draft only if nobody has changed that meanwhile: it was made from what
 * stood before.
 *
 * @throws {Fault} as `enhance`; `not_found`; `etag_mismatch`, `conflict` reason `revision`.
 */
export async function enhanceDraft(
  world: World,
  author: Author,
  flowId: string,
  { prompt, apply }: DraftOrder,
  guard: Guard,
): Promise<Enhanced & { applied: boolean; revision: number }> {
  const { flow, draft } = await readState(world, author.orgId, flowId)
  checkGuard(flow, guard)
  const definition = draft.format === 'json' ? (JSON.parse(draft.text) as JsonObject) : draft.text
  const made = await enhance(world, { orgId: author.orgId, flowId }, { prompt, definition })
  if (!apply || !publishable(made.problems)) return { ...made, applied: false, revision: flow.revision }
  const saved = await autosave(world, author, flowId, made.definition, { revision: flow.revision })
  return { ...made, applied: true, revision: saved.revision }
}
