import * as fc from 'fast-check'
import { afterEach } from 'vitest'
import { guardSockets } from './loopback-only.ts'

const major = Number(process.versions.node.split('.')[0])
if (major < 24)
  throw new Error(
    `Sluice's tests need Node 24, this is ${process.version}. Run them with "npm test" after "npm ci".`,
  )

// The same cases at every run, so that a red test is red for a reason; SLUICE_SEED tries others.
fc.configureGlobal({ seed: Number(process.env.SLUICE_SEED ?? 20_261_125) })

const guard = guardSockets()

// A test that reached for an outside address fails even if it swallowed the error.
afterEach(() => guard.assertNothingLeft())
