import type { Route } from '../../http/route.ts'
import type { Served } from '../../http/serve.ts'
import { wordsFor } from '../words-for.ts'
import { health } from './health.ts'

export const ownRoutes: Route[] = [health]

/** Sluice's own routes; also what the gateway sends here because it fits no route. */
export const own: Served = {
  routes: ownRoutes,
  more: async () => (await import('./rest.ts')).restRoutes,
  wordsFor,
}
