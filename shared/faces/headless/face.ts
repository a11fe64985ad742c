import type { Route } from '../../http/route.ts'
import type { Served } from '../../http/serve.ts'
import { wordsFor } from '../words-for.ts'
import { execute } from './execute.ts'

export const headlessRoutes: Route[] = [execute]

/** The headless face of seed 002. */
export const headless: Served = { routes: headlessRoutes, wordsFor }
