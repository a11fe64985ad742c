import { expect, test } from 'vitest'
import { startAccount } from '../child.ts'
import { numbers } from '../watch.ts'
import type { Calls } from './calls.ts'

/** How many watch one run; `npm run soak` has 1,000. */
const watchers = Number(process.env.SLUICE_WATCHERS ?? 100)

/** That whoever watches gets everything once, whenever he comes. */
export function stream({ live, watching, httpStep, answer, everything, atQuestion }: Calls): void {
  test('L8 who comes back with the number he has gets what he missed, no gap and nothing twice', async () => {
    const run = await atQuestion({ ...httpStep('one', '/1', 'two'), ...httpStep('two', '/2') })
    const whole = await watching(run)
    const first = await watching(run)
    await first.until(({ waiting }) => waiting !== undefined)
    first.socket.terminate()
    await answer(run)
    await whole.closed
    const all = numbers(whole.messages)
    const has = numbers(first.messages).at(-1)!

    for (const after of [0, all[0]!, has, all.at(-2)!]) {
      const back = await everything(run, `?after=${after}`)

      expect(numbers(back.messages)).toEqual(all.filter((seq) => seq > after))
    }
    expect(numbers(first.messages)).toEqual(all.filter((seq) => seq <= has))
    expect(all).toEqual([...new Set(all)].sort((a, b) => a - b))
    expect(numbers((await everything(run, `?after=${all.at(-1)}`)).messages)).toEqual([])
  })

  test('L7 many who come at any moment each get all of it, in order', { timeout: 120_000 }, async () => {
    const run = await atQuestion({
      ...httpStep('one', '/1', 'two'),
      ...httpStep('two', '/2', 'three'),
      three: { type: 'delay', params: { seconds: 1 }, next: 'four' },
      ...httpStep('four', '/4'),
    })
    const early = Promise.all(Array.from({ length: watchers * 0.6 }, () => everything(run)))
    await answer(run)
    const late = Promise.all(Array.from({ length: watchers * 0.4 }, () => everything(run)))
    const everybody = [...(await early), ...(await late)]
    const reference = (await everything(run)).messages

    expect(reference.at(-1)?.type).toBe('execution_completed')
    for (const { messages } of everybody) expect(messages).toEqual(reference)
  })

  test('G1 goes on after kill -9: who comes back gets the rest', async () => {
    const run = await atQuestion(httpStep('one', '/1'))
    const before = await watching(run)
    await before.until(({ waiting }) => waiting !== undefined)
    await live().account.kill()
    expect(await before.closed).toBe(1006)
    live().account = await startAccount({
      folder: live().account.folder,
      env: { SLUICE_OUTBOUND_ALLOW: live().stub.host },
    })
    const has = numbers(before.messages).at(-1)!
    const after = await watching(run, `?after=${has}`)
    await answer(run)
    await after.closed
    const all = numbers((await everything(run)).messages)

    expect([...numbers(before.messages), ...numbers(after.messages)]).toEqual(all)
    expect(after.messages.at(-1)?.type).toBe('execution_completed')
  })

  test('is told within a moment', async () => {
    const run = await atQuestion(httpStep('one', '/1'))
    const watcher = await watching(run)
    await watcher.until(({ waiting }) => waiting !== undefined)
    await answer(run)
    const started = performance.now()
    await watcher.closed

    expect(performance.now() - started).toBeLessThan(1000)
  })
}
