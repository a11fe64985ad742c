import { actionsOf } from '../../steps/view/read.ts'
import type { WaitView } from '../run-view.ts'

/** The actions of a step by the names that an answer may give them: the first of each is its own. */
export function actionNames({ question, stepId }: Pick<WaitView, 'question' | 'stepId'>): string[][] {
  const { kind, components, options, actionId } = question
  if (kind === 'view') return actionsOf(components).map(({ actionId: own, id }) => [own, ...(id ? [id] : [])])
  if (kind === 'approval' && Array.isArray(options)) return options.map((option) => [String(option)])
  return [typeof actionId === 'string' ? [actionId, stepId] : [stepId]]
}
