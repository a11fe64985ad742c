import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Processes that tests start read what earlier ones compiled.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/tests') },
    setupFiles: ['test/setup.ts'],
    pool: 'forks',
    // One process runs many files: loading the AWS SDK anew for each took two fifths of the time.
    isolate: false,
    // One more than the cores that it is meant for: many tests wait for something.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A second is soon over on a machine that other tests keep busy.
    expect: { poll: { timeout: 15_000 } },
  },
})
