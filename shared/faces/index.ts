import type { Route } from '../http/route.ts'
import { clientRoutes } from './client.ts'
import { dashboardRoutes } from './dashboard/face.ts'
import { restRoutes as dashboardRest } from './dashboard/rest.ts'
import { executionsRoutes } from './executions/face.ts'
import { headlessRoutes } from './headless/face.ts'
import { hookRoutes } from './hooks.ts'
import { journeyRoutes } from './journeys/face.ts'
import { ownRoutes } from './own/face.ts'
import { restRoutes as ownRest } from './own/rest.ts'
import { runnerRoutes } from './runner/face.ts'
import { restRoutes as runnerRest } from './runner/rest.ts'

/** The route table: what is not here does not exist. */
export const routes: readonly Route[] = [
  ...clientRoutes,
  ...dashboardRoutes,
  ...dashboardRest,
  ...journeyRoutes,
  ...headlessRoutes,
  ...hookRoutes,
  ...executionsRoutes,
  ...runnerRoutes,
  ...runnerRest,
  ...ownRoutes,
  ...ownRest,
]
