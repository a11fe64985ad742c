import { registerHooks } from 'node:module'
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Imports a bundle as Lambda does, hands it one event, and prints what that took as one line of JSON. */
const [file = '', event = 'null'] = process.argv.slice(2)
const folder = pathToFileURL(dirname(file)).href
let files = 0
registerHooks({
  load(url, context, next) {
    if (url.startsWith(folder)) files++
    return next(url, context)
  },
})

const context = { awsRequestId: 'cold', getRemainingTimeInMillis: () => 29_000 }
const started = performance.now()
const { handler } = (await import(file)) as { handler: (event: unknown, context: object) => Promise<unknown> }
const importMs = performance.now() - started
const given = JSON.parse(event) as unknown
const result = given === null ? null : await handler(given, context)
const firstByteMs = given === null ? 0 : performance.now() - started
const heapMegabytes = process.memoryUsage().heapUsed / 2 ** 20
const status = (result as { statusCode?: number } | null)?.statusCode ?? 0
console.log(JSON.stringify({ importMs, firstByteMs, files, heapMegabytes, status }))
process.exit(0)
