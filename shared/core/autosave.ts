import { instant } from '../aws/clock.ts'
import type { JsonObject, World } from '../world.ts'
import { type Author, changeState, described, draftOf, type FlowState, summaryOf } from './flow-change.ts'
import type { Guard } from './flow-guard.ts'
import { type FlowView, viewFlow } from './flow-view.ts'
import { answering } from './refusal.ts'

/**
 * Replaces the draft and nothing else: no version, no name, and not the time of the flow's last change, so that an editor
 * may save every few seconds. Identical content changes nothing.
 *
 * @throws {Fault} `not_found`, `etag_mismatch`, `conflict` reason `revision`, `validation_failed` for a text that cannot be
 *   read.
 */
export async function autosave(
  world: World,
  author: Author,
  flowId: string,
  definition: string | JsonObject,
  guard: Guard = {},
): Promise<FlowView> {
  return await answering(world, async () => {
    const { state } = await changeState(world, author, flowId, guard, async (before) => ({
      state: await withDraft(world, before, definition),
      result: null,
    }))
    return await viewFlow(world, state)
  })
}

async function withDraft(
  world: World,
  before: FlowState,
  definition: string | JsonObject,
): Promise<FlowState> {
  const draft = await draftOf(definition)
  if (draft.text === before.draft.text) return before
  const summary = { ...summaryOf(before.flow), autosavedAt: instant(world.clock.now()) }
  const flow = { ...before.flow, revision: before.flow.revision + 1 }
  return { flow: await described(flow, summary, draft), draft }
}
