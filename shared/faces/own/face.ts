import type { Route } from '../../http/route.ts'
import type { Served } from '../../http/serve.ts'
import { wordsFor } from '../words-for.ts'
import * as apiKeys from './api-keys.ts'
import { health } from './health.ts'
import { asl } from './machines.ts'

export const ownRoutes: Route[] = [health, asl, apiKeys.list, apiKeys.create, apiKeys.revoke]

/** Sluice's own routes; also what the gateway sends here because it fits no route. */
export const own: Served = { routes: ownRoutes, wordsFor }
