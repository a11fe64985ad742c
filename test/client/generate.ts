import { readFileSync, writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

// The generator builds its text with the compiler's JavaScript API, which TypeScript 7 does not have; this is that of 6.
registerHooks({
  resolve: (name, context, next) =>
    next(name === 'typescript' ? '@ts-morph/common/dist/typescript.js' : name, context),
})
const { astToString, default: openapiTS } = await import('openapi-typescript')

const [from = '', to = ''] = process.argv.slice(2)
writeFileSync(to, astToString(await openapiTS(JSON.parse(readFileSync(from, 'utf8')))))
