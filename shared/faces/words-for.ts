import type { Words } from '../http/words.ts'
import { dashboardWords } from './dashboard/words.ts'
import { executionsWords } from './executions/words.ts'
import { headlessWords } from './headless/words.ts'
import { journeysWords } from './journeys/words.ts'
import { ownWords } from './own/words.ts'
import { runnerWords } from './runner/words.ts'

/** Sluice's own additions among the paths of seed 001. */
const own = /^\/v1\/flow\/[^/]+\/(versions\/[^/]+\/(asl|forecast)|diff|forecast|openapi\.json)$/

/** The words of the face that a path belongs to, whether or not there is such a route. */
export function wordsFor(path: string): Words {
  if (/^(\/t\/[^/]+)?\/api\/server(\/|$)/.test(path)) return journeysWords
  if (/^\/(api\/v1|ws)(\/|$)/.test(path)) return runnerWords
  if (/^\/api\/flow(s|-executions)(\/|$)/.test(path)) return executionsWords
  if (/^\/cgw(\/|$)/.test(path)) return headlessWords
  if (/^\/v1\/(flow|flowrun|client|sdk)(\/|$)/.test(path) && !own.test(path)) return dashboardWords
  return ownWords
}
