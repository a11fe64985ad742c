import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    pool: 'forks',
    // One process runs many files: loading the AWS SDK anew for each took two fifths of the time.
    isolate: false,
    // One more than the cores that it is meant for: many tests wait for something.
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
