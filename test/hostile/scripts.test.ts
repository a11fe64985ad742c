import { beforeAll, describe, expect, test } from 'vitest'
import { runScript } from '../../shared/scripts/run-script.ts'
import { eventually } from '../eventually.ts'
import { scriptOf } from '../scripts/script-of.ts'
import corpus from './scripts.json' with { type: 'json' }
import { watchTurns } from './turns.ts'

interface Case {
  name: string
  code?: string
  /** Text before, text repeated, how often, what stands in the middle, and what is repeated behind it. */
  repeat?: (string | number)[]
  codes: string[]
}

interface Harmless {
  name: string
  code: string
  value?: unknown
  /** True if it may come to any value, or to an error of its own. */
  anything?: boolean
}

function codeOf({ code, repeat }: Case): string {
  if (code !== undefined) return code
  const [before, text, count, middle, after] = repeat as [string, string, number, string, string]
  return `${before}${text.repeat(count)}${middle}${after.repeat(count)}`
}

/** The sandbox is well: what a script before it did is nowhere to be seen. */
async function expectClean(): Promise<void> {
  const code = `return [input.a, typeof {}.polluted, typeof process, [1].map(String)[0], JSON.stringify({})]`
  expect(await eventually(() => runScript(scriptOf(code, { a: 1 })))).toEqual([
    1,
    'undefined',
    'undefined',
    '1',
    '{}',
  ])
}

/** A second on a machine of its own; on one that other tests keep busy, several. What is not stopped never ends. */
const bearableMs = 10_000

// A child that is started on a busy machine takes its time; only scripts are bounded.
beforeAll(expectClean)

describe('M19 a script that means harm', () => {
  test.each(corpus.ended as Case[])(
    '$name: ends in time, with its code, and the next is clean',
    async (hostile) => {
      const start = performance.now()
      const error = await runScript(scriptOf(codeOf(hostile))).catch((error: unknown) => error)
      const took = performance.now() - start

      expect(error).toBeInstanceOf(Error)
      expect(hostile.codes).toContain((error as Error).name)
      expect((error as Error).message.length).toBeLessThan(600)
      expect((error as Error).stack).toBe('')
      expect(took).toBeLessThan(bearableMs)
      await expectClean()
    },
  )

  test.each(corpus.harmless as Harmless[])(
    '$name: sees nothing of its host',
    async ({ code, value, anything }) => {
      const outcome = await runScript(scriptOf(code)).catch((error: Error) => error)

      if (anything && outcome instanceof Error) expect(outcome.name).toMatch(/^Script\./)
      else if (!anything) expect(outcome).toEqual(value)
      await expectClean()
    },
  )

  test('there are enough of them', () => {
    expect(corpus.ended.length).toBeGreaterThanOrEqual(30)
  })

  test('many at once hold up neither this process nor the script of another run', async () => {
    const turns = watchTurns()
    let left = 6

    const attack = Array.from({ length: left }, async () => {
      const error = await runScript(scriptOf('for (;;) {}', null, { run: 'bad' })).catch(
        (error: Error) => error,
      )
      left--
      return (error as Error).name
    })
    const good = await runScript(scriptOf('return 1', null, { run: 'good' }))
    const leftThen = left
    const names = await Promise.all(attack)
    const longest = turns.end()

    expect(good).toBe(1)
    // Two children were busy with the first two; it was the other run's turn next.
    expect(leftThen).toBeGreaterThanOrEqual(3)
    for (const name of names) expect(['Script.Timeout', 'Lambda.TooManyRequestsException']).toContain(name)
    expect(longest).toBeLessThan(1_000)
  })
})
