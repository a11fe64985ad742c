import { defineConfig } from 'vitest/config'

/** `npm run contract`: the suites of `npm test`, and whole flows besides. The network is open to them. */
export default defineConfig({
  test: {
    include: ['test/contracts/*.test.ts', 'test/contracts/*.contract.ts'],
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 180_000,
  },
})
