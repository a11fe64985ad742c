import type { Route } from '../../http/route.ts'
import type { Served } from '../../http/serve.ts'
import { wordsFor } from '../words-for.ts'
import { execute } from './execute.ts'

export const journeyRoutes: Route[] = [
  execute('/api/server/v1/flow/execute'),
  execute('/t/{org}/api/server/v1/flow/execute'),
]

/** The journeys face of seed 000. */
export const journeys: Served = { routes: journeyRoutes, wordsFor }
