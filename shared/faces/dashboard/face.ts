import type { Route } from '../../http/route.ts'
import type { Served } from '../../http/serve.ts'
import { wordsFor } from '../words-for.ts'
import { execute } from './execute.ts'
import * as flows from './flows.ts'
import * as runs from './runs.ts'
import * as versions from './versions.ts'

export const dashboardRoutes: Route[] = [
  execute,
  flows.list,
  flows.create,
  flows.read,
  flows.change,
  flows.remove,
  versions.publish,
  versions.list,
  versions.read,
  runs.details,
  runs.poll,
  runs.steps,
  runs.inputsOfRun,
  runs.outputs,
  runs.errorDetails,
  runs.resume,
  runs.cancel,
]

/** The dashboard face of seed 001. */
export const dashboard: Served = { routes: dashboardRoutes, wordsFor }
