import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import type { Stacks } from './open-stacks.ts'

/** The bundle of the function that runs scripts, by itself. */
export function scriptBundle(stacks: () => Stacks): void {
  // A fresh process in a fresh place, without the repository's node_modules around it.
  test('runs one, and contains another, from its folder alone', () => {
    const at = stacks().bundles.get('script')!.file
    const code = `
      const { handler } = await import(${JSON.stringify(at)})
      const event = { v: 1, kind: 'script', run: 'r', stepId: 's', iter: null, at: '2026-03-01T06:00:00.000Z' }
      const value = await handler({ ...event, code: 'return [input.a + 1, typeof process, new Date()]', input: { a: 1 } })
      const error = await handler({ ...event, code: 'for (;;) {}', input: null }).catch(({ name }) => name)
      console.log(JSON.stringify({ value, error }))
      process.exit()`
    const told = execFileSync(process.execPath, ['--input-type=module', '-e', code], {
      encoding: 'utf8',
      cwd: stacks().folder,
    })

    expect(JSON.parse(told)).toEqual({
      value: [2, 'undefined', '2026-03-01T06:00:00.000Z'],
      error: 'Script.Timeout',
    })
  })

  test('takes nothing of AWS with it', () => {
    expect(
      stacks()
        .bundles.get('script')!
        .inputs.filter((file) => /aws-sdk|smithy|shared\/(aws|core|store)\//.test(file)),
    ).toEqual([])
  })
}
