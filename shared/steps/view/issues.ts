import type { Issue } from '../../faults.ts'
import { pointerOf } from '../../pointer.ts'
import type { Json } from '../../world.ts'
import { actionsOf } from './read.ts'
import type { ViewProblem } from './values.ts'

/** Problems as the issues of a refusal: the code is the stable id, whatever key and text the author gave. */
export function issuesOf(problems: ViewProblem[]): Issue[] {
  return problems.map(({ identifier, id, message }) => ({
    path: `/params${pointerOf([identifier.slice(0, 200)])}`,
    code: id,
    message: `${identifier.slice(0, 80)}: ${message}`,
  }))
}

/** The issue of an answer that means none of the view's actions. */
export function noAction(components: Json): Issue {
  const present = actionsOf(components).map(({ actionId }) => actionId)
  return {
    path: '/actionId',
    code: 'action_unknown',
    message: `This step has no such action; it has ${present.join(', ')}`,
  }
}
