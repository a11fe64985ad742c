import type { FaceText } from '../http/openapi.ts'
import type { FaceName } from '../http/route.ts'
import { errorShapes } from './error-shapes.ts'

/** What the documents say of each face. */
export const faceTexts: Record<FaceName, FaceText> = {
  client: { tag: 'client', description: 'What apps call to run a flow', error: errorShapes.client },
  dashboard: {
    tag: 'dashboard',
    description: 'Writing, publishing, running, answering and inspecting flows',
    error: errorShapes.dashboard,
  },
  journeys: {
    tag: 'journeys',
    description: 'Sign-up, sign-in and recovery, step by step, for the pages of an app',
    error: errorShapes.journeys,
  },
  headless: {
    tag: 'headless',
    description: 'One call that runs a flow and tells its status',
    error: errorShapes.headless,
  },
  hooks: {
    tag: 'hooks',
    description: 'Deliveries of other services that start runs',
    error: errorShapes.hooks,
  },
  runner: {
    tag: 'runner',
    description: 'Sign-in, flows as YAML, executions, accounts and secrets',
    error: errorShapes.runner,
  },
  executions: { tag: 'executions', description: 'Queued work with files', error: errorShapes.executions },
  own: {
    tag: 'own',
    description: 'Waits, events, keys, audit, webhooks, forecasts and these documents',
    error: errorShapes.own,
  },
}
