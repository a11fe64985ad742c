import { defineConfig } from 'vitest/config'
import { readTargets } from './targets.ts'

/** `npm run contract`: the suites of `npm test`, and whole flows besides. The network is open to them. */
export default defineConfig({
  test: {
    include: ['test/contracts/*.test.ts', 'test/contracts/*.contract.ts'],
    globalSetup: ['test/contracts/announce.ts'],
    provide: { contract: readTargets(process.env) },
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 180_000,
  },
})
