import type { World } from '../world.ts'

/** Tries in a row that bring nothing, before the caller is told that the table is busy. */
const tries = 8
const firstPauseMs = 20
const longestPauseMs = 1000

/**
 * Works through a batch that DynamoDB may answer in part: what it leaves is asked for again, ever later while nothing comes of
 * it.
 *
 * @param all what is to be done, cut into calls of at most `most`.
 * @param call makes one call and gives back what was left.
 * @throws {Error} `ThrottlingException` if the table takes nothing for several tries.
 */
export async function inBatches<T>(
  { clock }: World,
  all: readonly T[],
  most: number,
  call: (some: T[]) => Promise<T[]>,
): Promise<void> {
  let left = [...all]
  for (let futile = 0; left.length > 0; ) {
    const some = left.slice(0, most)
    const unprocessed = await call(some)
    left = [...unprocessed, ...left.slice(most)]
    if (unprocessed.length === 0) continue
    futile = unprocessed.length < some.length ? 0 : futile + 1
    if (futile === tries) throw busy()
    const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** futile)
    await clock.sleep(pause * (0.5 + Math.random() / 2))
  }
}

/** By the name that DynamoDB itself has for it: the caller is then told to come back (`aws/transient.ts`). */
function busy(): Error {
  return Object.assign(new Error('The table leaves every item of a batch unprocessed'), {
    name: 'ThrottlingException',
  })
}
