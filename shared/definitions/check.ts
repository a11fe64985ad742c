import { checkConcurrency } from './checks/concurrency.ts'
import { checkExpressions } from './checks/expressions.ts'
import { checkIds } from './checks/ids.ts'
import { checkJourneys } from './checks/journeys.ts'
import { checkLimits } from './checks/limits.ts'
import { checkPolicies } from './checks/policies.ts'
import { checkReach } from './checks/reach.ts'
import { checkMissingRows } from './checks/rows.ts'
import { checkSchemas } from './checks/schemas.ts'
import { checkScripts } from './checks/scripts.ts'
import { checkTargets } from './checks/targets.ts'
import { checkViews } from './checks/views.ts'
import { checkWebhooks } from './checks/webhooks.ts'
import type { Graph } from './graph.ts'
import type { Finding } from './problem.ts'
import { checkReturnUrls } from './return-urls.ts'
import { checkSubflows } from './subflows.ts'

/** What a check cannot know by itself. */
export interface CheckOptions {
  /** Whether a flow of the organisation may be run as a sub-flow; without it sub-flows are not looked for. */
  flowExists?: (flowId: string) => boolean
  /** Whether the organisation has registered an address; without it none is looked for. */
  isRegistered?: (url: string) => boolean
}

const checks: ((graph: Graph) => Finding[])[] = [
  checkTargets,
  checkMissingRows,
  checkReach,
  checkPolicies,
  checkIds,
  checkLimits,
  checkExpressions,
  checkScripts,
  checkConcurrency,
  checkWebhooks,
  checkSchemas,
  checkViews,
  checkJourneys,
]

/**
 * Checks everything about a graph that its form alone does not show. Paths are pointers into the document in the form of
 * `nodes`; `readDefinition` leads them back to what the author wrote and adds line and column.
 */
export function checkGraph(graph: Graph, { flowExists, isRegistered }: CheckOptions = {}): Finding[] {
  return [
    ...checks.flatMap((check) => check(graph)),
    ...(flowExists === undefined ? [] : checkSubflows(graph, flowExists)),
    ...(isRegistered === undefined ? [] : checkReturnUrls(graph, isRegistered)),
  ]
}
