import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { faultPoints } from '../../../infra/local/fault-points.ts'
import { machineArn } from '../../../infra/local/states/arns.ts'
import { type Child, openChild } from './child.ts'
import { ask, definition, task, token } from './run-machine.ts'

const newFolder = () => mkdtempSync(join(tmpdir(), 'sluice-states-'))
const stateMachineArn = machineArn('killed')
const entered = '{% $states.context.State.EnteredTime %}'
const name = '{% $states.context.Execution.Name %}'

/** Work, a question, two branches of work, a short wait, and work again. */
const flow = definition({
  States: {
    init: { Type: 'Pass', Assign: { name, total: 0 }, Next: 'work' },
    work: task('work', { name, step: 'work', at: entered }, { Assign: { total: 1 }, Next: 'ask' }),
    ask: ask(
      'ask',
      { name, token },
      { TimeoutSeconds: 600, Assign: { answer: '{% $states.result %}' }, Next: 'both' },
    ),
    both: {
      Type: 'Parallel',
      Branches: [
        {
          StartAt: 'left',
          States: { left: task('work', { name, step: 'left', at: entered }, { End: true }) },
        },
        { StartAt: 'right', States: { right: { Type: 'Wait', Seconds: 1, End: true } } },
      ],
      Next: 'last',
    },
    last: task(
      'work',
      { name, step: 'last', at: entered },
      {
        Output: { name, answer: '{% $answer %}', total: '{% $total %}' },
        End: true,
      },
    ),
  },
})

async function makeMachine(child: Child): Promise<void> {
  const { status } = await child.call('CreateStateMachine', {
    name: 'killed',
    definition: flow,
    roleArn: 'r',
  })
  expect(status).toBe(200)
}

/** What callers were told before the engine died. */
interface Told {
  started: Set<string>
  answered: Set<string>
}

const mostStarts = 64

/** Sixteen callers, each starting executions and answering their questions, until the engine dies. */
async function load(child: Child, told: Told): Promise<void> {
  let count = 0
  let answered = 0
  let over = false
  void child.over.then(() => {
    over = true
  })
  const start = async (): Promise<void> => {
    while (count < mostStarts) {
      count += 1
      const run = `run-${count}`
      const { status } = await child.call('StartExecution', { stateMachineArn, name: run, input: '{}' })
      if (status === 200) told.started.add(run)
    }
  }
  const answer = async (): Promise<void> => {
    while (!over) {
      const asked = child.calls.filter(({ functionName }) => functionName === 'ask').slice(answered)
      answered += asked.length
      for (const { payload } of asked) {
        const output = JSON.stringify(payload.name)
        const { status } = await child.call('SendTaskSuccess', { taskToken: payload.token, output })
        if (status === 200) told.answered.add(String(payload.name))
      }
      await setTimeout(1)
    }
  }
  const callers = [...Array.from({ length: 16 }, start), answer()]
  await Promise.allSettled(callers)
}

/** Everything acknowledged comes to its end in the next process; answers given twice are refused. */
async function finish(child: Child, told: Told, tokens: Map<string, string>): Promise<void> {
  const open = new Set(told.started)
  for (let tries = 0; tries < 400 && open.size > 0; tries++) {
    for (const { functionName, payload } of child.calls)
      if (functionName === 'ask') tokens.set(String(payload.name), String(payload.token))
    for (const run of open) {
      const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${run}`
      const { answer } = await child.call('DescribeExecution', { executionArn })
      expect([run, answer.status]).toEqual([run, expect.stringMatching(/^(RUNNING|SUCCEEDED)$/)])
      if (answer.status === 'SUCCEEDED') {
        expect(JSON.parse(String(answer.output))).toEqual({ name: run, answer: run, total: 1 })
        open.delete(run)
      } else if (tokens.has(run)) await answerLate(child, told, run, tokens.get(run) as string)
    }
    await setTimeout(25)
  }
  expect([...open]).toEqual([])
}

async function answerLate(child: Child, told: Told, run: string, taskToken: string): Promise<void> {
  const { status, answer } = await child.call('SendTaskSuccess', { taskToken, output: JSON.stringify(run) })
  // An acknowledged answer is never wanted again.
  if (status === 200) expect(told.answered).not.toContain(run)
  else expect(answer.__type).toBe('TaskTimedOut')
  told.answered.add(run)
}

/** Tokens per run, and times of entry per step: one of each, however often a function was called. */
function readCalls(...children: Child[]): Map<string, string> {
  const tokens = new Map<string, Set<unknown>>()
  const times = new Map<string, Set<unknown>>()
  const add = (map: Map<string, Set<unknown>>, key: string, value: unknown) =>
    map.set(key, (map.get(key) ?? new Set()).add(value))
  for (const { functionName, payload } of children.flatMap(({ calls }) => calls))
    if (functionName === 'ask') add(tokens, String(payload.name), payload.token)
    else add(times, `${payload.name} ${payload.step}`, payload.at)
  expect([...tokens].filter(([, values]) => values.size > 1)).toEqual([])
  expect([...times].filter(([, values]) => values.size > 1)).toEqual([])
  return new Map([...tokens].map(([run, [value]]) => [run, String(value)]))
}

const faults = faultPoints.map((point, index) => [`at ${point}`, `${point}:${8 + 4 * index}`])

describe('G1 what was acknowledged survives a kill', () => {
  test.each([['at a random moment', ''], ...faults])('%s', async (_, fault) => {
    const dir = newFolder()
    const first = await openChild(dir, fault)
    await makeMachine(first)
    const told: Told = { started: new Set(), answered: new Set() }
    const loading = load(first, told)
    const wait = fault === '' ? 150 + Math.random() * 400 : 5000
    const died = await Promise.race([first.over.then(() => true), setTimeout(wait, false)])
    await first.kill()
    await loading
    const second = await openChild(dir)

    try {
      expect(died).toBe(fault !== '')
      expect(told.started.size).toBeGreaterThan(5)
      await finish(second, told, readCalls(first))
      readCalls(first, second)
    } finally {
      await second.kill()
    }
  })
})

test('G5 a wait that a kill interrupts fires at its time, not before', async () => {
  const dir = newFolder()
  const first = await openChild(dir)
  const wait = definition({
    States: { w: { Type: 'Wait', Seconds: 2, Next: 'x' }, x: task('after', {}, { End: true }) },
  })
  await first.call('CreateStateMachine', { name: 'killed', definition: wait, roleArn: 'r' })
  const startedAt = Date.now()
  await first.call('StartExecution', { stateMachineArn, name: 'a' })
  await setTimeout(700)
  await first.kill()
  const second = await openChild(dir)
  try {
    while (second.calls.length === 0 && Date.now() < startedAt + 10_000) await setTimeout(10)

    const took = Date.now() - startedAt
    expect(second.calls).toHaveLength(1)
    expect(took).toBeGreaterThanOrEqual(2000)
    expect(took).toBeLessThan(3000)
  } finally {
    await second.kill()
  }
})

test('the events of ended executions are delivered also after a kill', async () => {
  const dir = newFolder()
  const first = await openChild(dir, 'states.outbox.delivered:1')
  const failing = definition({ States: { f: { Type: 'Fail', Error: 'E' } } })
  await first.call('CreateStateMachine', { name: 'killed', definition: failing, roleArn: 'r' })
  await first.call('StartExecution', { stateMachineArn, name: 'a' }).catch(() => {})
  await first.over
  const second = await openChild(dir)
  try {
    for (let tries = 0; tries < 100 && second.ended.length === 0; tries++) await setTimeout(10)

    expect(second.ended).toMatchObject([{ status: 'FAILED', name: 'a', error: 'E' }])
  } finally {
    await second.kill()
  }
})
