import { actionsOf, partsOf } from '../../steps/view/read.ts'
import type { Json } from '../../world.ts'
import type { Graph } from '../graph.ts'
import { type Finding, warningAt } from '../problem.ts'
import { everyStep, type Visit } from '../walk.ts'
import { checkSealedFields, checkSealedInputs } from './sealed-fields.ts'

/** What the pages of existing clients cannot draw, and what a journey should do for whoever goes it (faces/journeys.md §5). */
export function checkJourneys(graph: Graph): Finding[] {
  const flowTypes = graph.triggers.filter(({ type }) => type === 'journey').map(({ flowType }) => flowType)
  if (flowTypes.length === 0) return []
  const visits = everyStep(graph)
  return [
    ...checkFirst(graph, visits),
    ...visits.flatMap((visit) => checkDrawable(visit)),
    ...checkUsers(flowTypes, visits),
    ...checkSealedFields(visits),
    ...checkSealedInputs(graph, visits),
  ]
}

/** Whoever starts a journey has nothing to show yet but its first step. */
function checkFirst({ start }: Graph, visits: Visit[]): Finding[] {
  const first = visits.find(({ node }) => node.id === start)
  if (first === undefined || asks.has(first.node.type) || !visits.some(({ node }) => asks.has(node.type)))
    return []
  // What is done before a person is asked may well be quick.
  if (quick.has(first.node.type)) return []
  const message = `A journey begins with a view: ${start} keeps people waiting before they see anything`
  return [warningAt(`${first.pointer}/type`, 'journey_begins_late', message, start)]
}

const asks = new Set(['view', 'approval', 'redirect', 'webauthn', 'prompt', 'client-tool'])
const quick = new Set([
  ...['token.check', 'user.find', 'transform', 'condition', 'oidc.begin', 'log'],
  ...['parallel', 'each', 'while'],
])

function checkDrawable({ node, pointer }: Visit): Finding[] {
  const limited = (path: string, what: string) =>
    warningAt(`${pointer}${path}`, 'client_limits', `Pages drawn by the React component ${what}`, node.id)
  if (node.type === 'webauthn' || node.type === 'prompt')
    return [limited('/type', 'say that the form is not available: serve it by a client of your own')]
  if (node.type !== 'view') return []
  const parts = partsOf(node.params.components)
  const poor = parts.filter(
    ({ component, type }) => type === 'RICH_TEXT' || poorlyDrawn.has(component.variant),
  )
  const forms = parts.filter(({ type }) => type === 'FORM')
  return [
    ...poor.map(({ path, component }) =>
      limited(
        `/params/components/${path.join('/')}`,
        `draw a plain field, or nothing, for ${String(component.variant ?? component.type)}`,
      ),
    ),
    ...forms
      .filter(({ component }) => actionsOf([component]).filter(({ submits }) => submits !== null).length > 1)
      .map(({ path }) =>
        limited(
          `/params/components/${path.join('/')}`,
          'send the first of several submit buttons of one form',
        ),
      ),
  ]
}

const poorlyDrawn = new Set<Json | undefined>(['DROPDOWN', 'OTP'])

function checkUsers(flowTypes: (Json | undefined)[], visits: Visit[]): Finding[] {
  const types = new Set(visits.map(({ node }) => node.type))
  if (!flowTypes.includes('REGISTRATION') || types.has('user.create')) return []
  return [warningAt('/triggers', 'no_user_made', 'A REGISTRATION without user.create registers nobody')]
}
