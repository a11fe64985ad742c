import type { Route } from '../../http/route.ts'
import type { Served } from '../../http/serve.ts'
import { login, logout, refresh } from './auth.ts'
import * as executions from './executions.ts'
import * as flows from './flows.ts'
import { logs } from './logs.ts'
import { run } from './run.ts'
import { runnerWords } from './words.ts'

export const runnerRoutes: Route[] = [
  login,
  refresh,
  logout,
  flows.list,
  flows.create,
  flows.read,
  flows.change,
  flows.remove,
  run,
  executions.list,
  executions.read,
  executions.cancel,
  logs,
]

/** The runner face of seed 003. */
export const runner: Served = {
  routes: runnerRoutes,
  more: async () => (await import('./rest.ts')).restRoutes,
  // The gateway sends it no other face's paths.
  wordsFor: () => runnerWords,
}
