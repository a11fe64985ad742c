import type { Route } from '../../http/route.ts'
import * as apiKeys from './api-keys.ts'
import { asl } from './machines.ts'

/** Sluice's own routes that are asked for now and then: loaded by the first request for any of them. */
export const restRoutes: Route[] = [asl, apiKeys.list, apiKeys.create, apiKeys.revoke]
