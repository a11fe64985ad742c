import type { Route } from '../../http/route.ts'
import type { Served } from '../../http/serve.ts'
import { wordsFor } from '../words-for.ts'
import { create } from './create.ts'
import { executeAgain } from './execute-again.ts'
import * as one from './execution.ts'
import * as files from './files.ts'
import { list } from './list.ts'

export const executionsRoutes: Route[] = [
  create,
  list,
  one.read,
  executeAgain,
  one.cancel,
  one.remove,
  files.upload,
  files.list,
  files.download,
]

/** The executions face of seed 004. */
export const executions: Served = { routes: executionsRoutes, wordsFor }
