import type { Route } from '../../http/route.ts'
import * as apiKeys from './api-keys.ts'
import * as audit from './audit.ts'
import { diff } from './diff.ts'
import * as docs from './docs.ts'
import { flowOpenapi } from './flow-openapi.ts'
import * as forecasts from './forecast.ts'
import * as journeys from './journeys.ts'
import { jwks } from './jwks.ts'
import * as linkPages from './link-page.ts'
import * as links from './links.ts'
import { asl } from './machines.ts'
import { openapi } from './openapi.ts'
import * as organisations from './organisation.ts'
import { exportFlows } from './organisation-export.ts'
import * as problems from './problems.ts'
import * as runs from './runs.ts'
import * as socketTickets from './socket-tickets.ts'
import * as waits from './waits.ts'
import * as deliveries from './webhook-deliveries.ts'
import * as endpoints from './webhook-endpoints.ts'

/** Sluice's own routes that are asked for now and then: loaded by the first request for any of them. */
export const restRoutes: Route[] = [
  openapi,
  docs.page,
  docs.script,
  docs.stylesheet,
  flowOpenapi,
  problems.read,
  asl,
  forecasts.ofFlow,
  forecasts.ofVersion,
  diff,
  apiKeys.list,
  apiKeys.create,
  apiKeys.revoke,
  waits.list,
  waits.read,
  waits.answer,
  links.create,
  links.revoke,
  linkPages.show,
  linkPages.decide,
  runs.read,
  runs.events,
  socketTickets.create,
  jwks,
  journeys.list,
  journeys.bind,
  audit.list,
  organisations.read,
  organisations.change,
  exportFlows,
  endpoints.list,
  endpoints.create,
  endpoints.read,
  endpoints.change,
  endpoints.remove,
  endpoints.rotate,
  deliveries.test,
  deliveries.list,
  deliveries.replay,
]
