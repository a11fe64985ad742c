import { expect, test } from 'vitest'
import type { DoorName } from '../../../infra/doors.ts'
import { grants } from '../../../infra/grants.ts'
import { actionsNeeded, secretsNeeded } from '../reachable.ts'
import type { Stacks } from './open-stacks.ts'

/** What one function may do, and how large it is. */
export function door(name: DoorName, stacks: () => Stacks): void {
  const bundle = () => stacks().bundles.get(name)!

  test('is allowed exactly the calls that its code makes', () => {
    // Lambda itself reads the stream, under the function's role.
    const granted = grants[name].flatMap(({ on, actions }) => (on === 'stream' ? [] : actions))

    expect([...new Set(granted)].sort()).toEqual(actionsNeeded(bundle()))
  })

  test('reads exactly the platform secrets that its code asks for', () => {
    const granted = grants[name].flatMap(({ on }) => /^(signing|sealing|model) secret$/.exec(on)?.[1] ?? [])

    expect(granted.sort()).toEqual(secretsNeeded(bundle()))
  })

  test('says why it is allowed each of them', () => {
    for (const { why } of grants[name]) expect(why).toMatch(/\w+ \w+/)
  })

  /**
   * What a function reads when it wakes is its entry with everything imported statically. Chunks behind `import()` are
   * read one by one by the first call that needs them: the compiler and its checks by the first publish, undici, the
   * largest by far (717 KB), by the first call that leaves the service.
   */
  test('bundles under 400 KB, without anything of the local account', () => {
    const { weight, inputs } = bundle()
    console.log(`${name}: ${kilobytes(weight.entry)} at the start, ${kilobytes(weight.later)} when needed`)

    expect(weight.entry).toBeLessThan(400 * 1024)
    expect(weight.later).toBeLessThan(4096 * 1024)
    expect(inputs.filter((file) => /^infra\/|dynalite|node_modules\/jsonata\//.test(file))).toEqual([])
  })

  test('can be imported as Lambda does it, and has a handler', async () => {
    expect((await import(bundle().file)).handler).toBeTypeOf('function')
  })
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(0)} KB`
}
