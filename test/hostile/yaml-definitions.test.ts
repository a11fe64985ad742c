import { expect, test } from 'vitest'
import { readDefinition } from '../../shared/definitions/read.ts'
import { isFault } from '../../shared/faults.ts'
import { hostileDefinitions } from './yaml-definitions.ts'

function refusal(text: string): { code: string | undefined; milliseconds: number } {
  const started = performance.now()
  try {
    readDefinition(text)
  } catch (error) {
    if (!isFault(error, 'validation_failed')) throw error
    return { code: error.details.issues?.[0]?.code, milliseconds: performance.now() - started }
  }
  throw new Error('The definition was read')
}

/** The best of five: the machine may have other work, the reader must not. */
function quickest(text: string): number {
  return Math.min(...[1, 2, 3, 4, 5].map(() => refusal(text).milliseconds))
}

test.each(hostileDefinitions)('$title is refused within 100 ms', ({ text, code }) => {
  expect(refusal(text).code).toBe(code)
  expect(quickest(text)).toBeLessThan(100)
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
})
