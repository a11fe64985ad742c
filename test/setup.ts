import { afterEach } from 'vitest'
import { guardSockets } from './loopback-only.ts'

const major = Number(process.versions.node.split('.')[0])
if (major < 24)
  throw new Error(
    `Sluice's tests need Node 24, this is ${process.version}. Run them with "npm test" after "npm ci".`,
  )

const guard = guardSockets()

// A test that reached for an outside address fails even if it swallowed the error.
afterEach(() => guard.assertNothingLeft())
