import { runSandboxed } from './sandbox.ts'

/**
 * The child process that runs authors' scripts (hardening.md 2.1): no environment, no files but its own, no add-ons; killed
 * by its parent when it does not answer in time. The script itself sees nothing of it: it runs in WebAssembly.
 */

process.on('disconnect', () => process.exit())
process.on('message', async (question: string) => {
  process.send?.(await runSandboxed(question))
})
process.send?.({ ready: true })
