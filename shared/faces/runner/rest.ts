import type { Route } from '../../http/route.ts'
import * as accounts from './accounts.ts'
import * as secrets from './secrets.ts'

/** What administrators ask for now and then: loaded by the first request for any of it. */
export const restRoutes: Route[] = [
  accounts.list,
  accounts.create,
  accounts.read,
  accounts.change,
  accounts.remove,
  secrets.list,
  secrets.create,
  secrets.put,
  secrets.remove,
]
