import { ownProcessorMs } from './processor-time.ts'
import { type Answer, runSandboxed } from './sandbox.ts'

/**
 * The child process that runs authors' scripts (hardening.md 2.1): no environment, no files but its own, no add-ons; killed
 * by its parent when it does not answer in time. The script itself sees nothing of it: it runs in WebAssembly.
 */

/** What it says: an answer, or at first only that it is ready; and the processor time it has used so far. */
export interface Said {
  answer?: Answer
  spentMs: number
}

function say(said: Omit<Said, 'spentMs'>): void {
  process.send?.({ ...said, spentMs: ownProcessorMs() } satisfies Said)
}

process.on('disconnect', () => process.exit())
process.on('message', async (question: string) => {
  say({ answer: await runSandboxed(question) })
})
// The first sandbox of a process takes ten times as long as the others.
await runSandboxed('{"code":"","input":null,"now":0,"seed":[1,2,3,4]}')
say({})
