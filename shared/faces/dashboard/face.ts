import type { Route } from '../../http/route.ts'
import type { Served } from '../../http/serve.ts'
import { cancel } from './cancel.ts'
import { execute } from './execute.ts'
import * as flows from './flows.ts'
import { poll } from './poll.ts'
import { resume } from './resume.ts'
import { dashboardWords } from './words.ts'

/** What running flows and their editors ask for all the time. */
export const dashboardRoutes: Route[] = [
  execute,
  flows.list,
  flows.create,
  flows.read,
  flows.change,
  flows.remove,
  poll,
  resume,
  cancel,
]

/** The dashboard face of seed 001. */
export const dashboard: Served = {
  routes: dashboardRoutes,
  more: async () => (await import('./rest.ts')).restRoutes,
  // The gateway sends it no other face's paths.
  wordsFor: () => dashboardWords,
}
