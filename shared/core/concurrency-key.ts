import { canonicalJson } from '../asl/canonical.ts'
import { compileDirect } from '../expressions/direct.ts'
import { EvaluationError } from '../expressions/error.ts'
import { TooMuchWork } from '../expressions/json-values.ts'
import { parseTemplate } from '../expressions/template.ts'
import type { RunRow } from '../store/runs.ts'
import { digest } from '../store/table.ts'
import type { Json, JsonObject } from '../world.ts'

/**
 * The key of `settings.concurrency` for one run: `<flow>#<digest>`. Runs whose expressions give equal values share it. What
 * is missing or cannot be worked out counts as null (flow-language.md §2).
 */
export function concurrencyKey(template: string, row: RunRow & { inputs: string }): string {
  const context = contextOf(row)
  const values = parseTemplate(template).parts.map((part) =>
    part.type === 'text' ? part.text : orNull(() => compileDirect(part.tree).evaluate(context, {})),
  )
  return `${row.flowId}#${digest(canonicalJson(values))}`
}

function orNull(evaluate: () => unknown): unknown {
  try {
    return evaluate() ?? null
  } catch (error) {
    if (error instanceof EvaluationError || error instanceof TooMuchWork) return null
    throw error
  }
}

/** The key that a text without expressions makes. */
export function keyOfText(flowId: string, text: string): string {
  return `${flowId}#${digest(canonicalJson([text]))}`
}

/** What is known before there is a machine. */
function contextOf(row: RunRow & { inputs: string }): JsonObject {
  const inputs = JSON.parse(row.inputs) as JsonObject
  const user = JSON.parse(row.user) as Json
  return {
    ...inputs,
    inputs,
    input: inputs,
    shared: inputs,
    trigger: { type: row.trigger, data: JSON.parse(row.triggerData ?? 'null') as Json },
    run: { id: row.id, startedAt: row.createdAt },
    flow: { id: row.flowId, version: row.version },
    user,
    currentUser: user,
  }
}
