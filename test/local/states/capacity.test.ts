import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openStates } from '../../../infra/local/states/open.ts'
import { systemClock } from '../../../shared/aws/clock.ts'
import { keptLog } from '../kept-log.ts'
import { openChild } from './child.ts'
import { plainEvaluator } from './evaluator.ts'
import { ask, definition, token } from './run-machine.ts'

const count = 10_000
const megabyte = 1024 * 1024

/** An approval as the compiler writes it: some variables, then a question that stands open for days. */
const waiting = definition({
  States: {
    init: {
      Type: 'Pass',
      Assign: {
        run: '{% $states.context.Execution.Input.run %}',
        inputs: '{% $states.context.Execution.Input.inputs %}',
        trace: {},
        s_ask: null,
      },
      Output: {},
      Next: 'ask',
    },
    ask: ask(
      'ask',
      { token, run: '{% $run %}' },
      { TimeoutSeconds: 604_800, Output: { yes: '{% $states.result %}', n: '{% $inputs.n %}' }, End: true },
    ),
  },
})

/** Fills a folder with executions that wait; gives some of their tokens. */
async function fill(dir: string): Promise<Map<number, string>> {
  const tokens = new Map<number, string>()
  const states = await openStates({
    dir,
    clock: systemClock,
    log: keptLog(),
    pool: plainEvaluator,
    async invoke(_, payload) {
      const { run, token } = payload as { run: { n: number }; token: string }
      if (run.n % 1000 === 0) tokens.set(run.n, token)
      return { payload: null }
    },
    onEnded: async () => {},
  })
  const call = async (operation: string, request: object) => {
    const { body } = await states.handle({
      target: `AWSStepFunctions.${operation}`,
      body: JSON.stringify(request),
    })
    return JSON.parse(body)
  }
  const made = await call('CreateStateMachine', { name: 'waiting', definition: waiting, roleArn: 'r' })
  for (let first = 0; first < count; first += 500)
    await Promise.all(
      Array.from({ length: 500 }, (_, index) => {
        const n = first + index
        const input = JSON.stringify({ run: { n }, inputs: { n, text: 'x'.repeat(300) } })
        return call('StartExecution', { stateMachineArn: made.stateMachineArn, name: `run-${n}`, input })
      }),
    )
  await setTimeout(200)
  await states.close()
  return tokens
}

test('G6 10,000 waiting executions start in under a second, in under 60 MB more, and can be answered', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-states-'))
  const tokens = await fill(dir)
  const empty = await openChild(mkdtempSync(join(tmpdir(), 'sluice-states-')))
  const full = await openChild(dir)
  try {
    const more = (await full.memory()) - (await empty.memory())

    expect(full.openedIn - empty.openedIn).toBeLessThan(1000)
    expect(more).toBeLessThan(60 * megabyte)
    expect(tokens.size).toBe(10)
    for (const [n, taskToken] of tokens) {
      const { status } = await full.call('SendTaskSuccess', { taskToken, output: '"yes"' })
      expect([n, status]).toEqual([n, 200])
    }
    for (let tries = 0; tries < 200 && full.ended.length < 10; tries++) await setTimeout(10)
    expect(full.ended).toHaveLength(10)
    // Nobody is asked again: the questions were delivered before.
    expect(full.calls).toEqual([])
  } finally {
    await Promise.all([full.kill(), empty.kill()])
  }
})
