import type { Route } from '../../http/route.ts'
import * as apiKeys from './api-keys.ts'
import * as audit from './audit.ts'
import { asl } from './machines.ts'
import * as runs from './runs.ts'
import * as socketTickets from './socket-tickets.ts'
import * as waits from './waits.ts'

/** Sluice's own routes that are asked for now and then: loaded by the first request for any of them. */
export const restRoutes: Route[] = [
  asl,
  apiKeys.list,
  apiKeys.create,
  apiKeys.revoke,
  waits.list,
  waits.read,
  waits.answer,
  runs.read,
  runs.events,
  socketTickets.create,
  audit.list,
]
