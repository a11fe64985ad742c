import { describe, expect, test } from 'vitest'
import { compile } from '../../shared/compile/compile.ts'
import { graphOf, type WrittenGraph } from './graph-of.ts'
import { runGraph } from './run-graph.ts'
import { Thrown } from './run-machine.ts'

const late = () => {
  throw new Thrown('States.Timeout', '')
}
const ends = {
  yes: { type: 'final', params: { output: 'yes' } },
  no: { type: 'final', params: { output: '{{ask}}' } },
  slow: { type: 'final', params: { output: '{{lastError}}' } },
}

describe('M4 an approval that nobody answers', () => {
  const ask = (onTimeout: unknown, next: Record<string, string>): WrittenGraph => ({
    nodes: {
      ask: { type: 'approval', params: { message: 'ok?', ...(onTimeout ? { onTimeout } : {}) }, next },
      ...ends,
    },
  })

  test('fails the run if its policy is fail', async () => {
    const ran = await runGraph(graphOf(ask('fail', { approve: 'yes', reject: 'no' })), {}, { ask: late })

    expect(ran).toMatchObject({ status: 'FAILED', error: 'Wait.Expired', cause: 'Nobody answered in time' })
    expect(ran.sent.map(({ kind }) => kind)).toEqual(['ask', 'expire', 'end'])
  })

  test('goes to the timeout row if its policy is branch, which a row makes the default', async () => {
    for (const policy of ['branch', undefined]) {
      const ran = await runGraph(
        graphOf(ask(policy, { approve: 'yes', reject: 'no', timeout: 'slow' })),
        {},
        { ask: late },
      )

      expect(ran.output).toMatchObject({ stepId: 'ask', error: 'Wait.Expired' })
    }
  })

  test('is decided by its policy, in the shape of an answer', async () => {
    const graph = graphOf(ask({ decision: 'reject' }, { approve: 'yes', reject: 'no' }))

    const ran = await runGraph(graph, {}, { ask: late })

    const decidedAt = expect.stringMatching(/^2026-/)
    expect(ran.output).toEqual({ decision: 'reject', decidedBy: 'timer', decidedAt, message: null })
  })

  test('tells the record when it was asked', async () => {
    const ran = await runGraph(graphOf(ask('fail', {})), {}, { ask: late })

    const [asked, expired] = ran.sent
    expect(expired).toMatchObject({ kind: 'expire', stepId: 'ask', askedAt: asked?.at })
  })
})

test('M4 every wait has a timeout, one second beyond what the question says', () => {
  const graph = graphOf({
    settings: { waitTimeoutSeconds: 100 },
    nodes: {
      a: { type: 'approval', params: { message: 'x' }, timeoutSeconds: 5, next: 'b' },
      b: { type: 'client-tool', params: { toolName: 't' }, next: 'c' },
      c: { type: 'flow', params: { flowId: 'f' } },
    },
  })

  const { a, b, c } = compile(graph, { kind: 'standard', stepFunction: 's', scriptFunction: 'js' }).States

  expect(a).toMatchObject({ TimeoutSeconds: 6, Arguments: { Payload: { timeoutSeconds: 5 } } })
  expect(b).toMatchObject({ TimeoutSeconds: 101, Arguments: { Payload: { timeoutSeconds: 100 } } })
  expect(c).toMatchObject({ TimeoutSeconds: 101 })
})

test('M3 two approvals in a loop, in branches and in a row each get their own answer', async () => {
  const ask = (message: string, next?: string) => ({
    type: 'approval',
    params: { message },
    ...(next ? { next } : {}),
  })
  const graph = graphOf({
    nodes: {
      one: ask('first', 'two'),
      two: ask('{{one.message}}', 'both'),
      both: {
        type: 'parallel',
        params: {
          branches: { l: { nodes: { left: ask('{{two.message}}') } }, r: { nodes: { right: ask('r') } } },
        },
        next: 'loop',
      },
      loop: {
        type: 'while',
        params: { when: '{{iteration < 2}}', body: { nodes: { again: ask('round {{iteration}}') } } },
        next: 'end',
      },
      end: { type: 'final', params: { output: ['{{both.l.message}}', '{{approval.message}}'] } },
    },
  })
  const answers = Object.fromEntries(
    ['one', 'two', 'left', 'right', 'again'].map((id) => [
      id,
      ({ args, iter }: { args?: unknown; iter?: unknown }) => ({
        decision: 'approve',
        message: `${id} ${(args as { message: string }).message} ${iter}`,
      }),
    ]),
  )

  const ran = await runGraph(graph, {}, answers)

  expect(ran.output).toEqual(['left two one first null null null', 'again round 1 1'])
  expect(new Set(ran.sent.map(({ at, stepId }) => `${at} ${stepId}`)).size).toBe(ran.sent.length)
})

test('only the first waits and works, before any other, are marked as first', async () => {
  const graph = graphOf({
    nodes: {
      a: { type: 'transform', params: { value: 1 }, next: 'b' },
      b: { type: 'log', params: { message: 'x' }, next: 'c' },
      c: { type: 'approval', params: { message: 'x' } },
    },
  })

  const ran = await runGraph(graph)

  expect(ran.sent.map(({ kind, first }) => [kind, first])).toEqual([
    ['work', true],
    ['ask', undefined],
    ['end', undefined],
  ])
})

describe('a step with bodies', () => {
  const both = (step: object, next: Record<string, string>): WrittenGraph => ({
    nodes: {
      both: {
        type: 'parallel',
        params: {
          branches: {
            a: { nodes: { ask: step } },
            b: { nodes: { no: { type: 'fail', params: { code: 'NO' } } } },
          },
        },
        next,
      },
      sorry: { type: 'final', params: { output: '{{lastError}}' } },
    },
  })
  const ask = { type: 'approval', params: { message: 'ok?' } }
  const options = { kind: 'standard', stepFunction: 'step', scriptFunction: 'script' } as const

  test('closes what stands open in its other bodies when one fails and the run goes on', async () => {
    const ran = await runGraph(graphOf(both(ask, { error: 'sorry' })), {}, { ask: { decision: 'approve' } })

    expect(ran.sent.find(({ kind }) => kind === 'leave')).toMatchObject({
      stepId: 'both',
      iter: null,
      held: ['ask'],
    })
    expect(ran.output).toEqual({ stepId: 'no', error: 'NO', cause: '' })
  })

  test.each([
    ['nothing in it stands still', both({ type: 'log', params: { message: 'x' } }, { error: 'sorry' })],
    ['the run ends', { nodes: { both: both(ask, {}).nodes.both } } as WrittenGraph],
  ])('needs no state for that where %s', (_, graph) => {
    expect(Object.keys(compile(graphOf(graph), options).States)).not.toContain('both_left')
  })
})
