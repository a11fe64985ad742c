import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

// JavaScript, so that a Node that cannot read TypeScript can still say what is wrong.
const needed = 24
const major = Number(process.versions.node.split('.')[0])
if (major < needed) {
  console.error(
    `Sluice needs Node ${needed}, this is ${process.versions.node}. Run "npm ci", which brings it, and then "npm start".`,
  )
  process.exit(1)
}
// Reading and compiling everything anew is half of what a start costs.
enableCompileCache(join(import.meta.dirname, '../../node_modules/.cache/sluice'))
const { start } = await import('./main.ts')
start(process.env)
