import type { JsonObject } from '../../shared/world.ts'

/** A flow, the answers it is given in turn, and how its run stands then. */
interface ContractFlow {
  nodes: JsonObject
  answers: JsonObject[]
  ended: JsonObject
}

const end = { type: 'final', params: { outputs: { done: true } } }
const completed = { status: 'completed', output: { done: true } }
const number = { type: 'transform', params: { value: '{{1 + 1}}' } }

/** What the product is made of, one flow each. */
export const contractFlows: Record<string, ContractFlow> = {
  'without waits': {
    nodes: {
      sum: { ...number, next: 'end' },
      end: { type: 'final', params: { outputs: { sum: '{{sum}}' } } },
    },
    answers: [],
    ended: { status: 'completed', output: { sum: 2 } },
  },
  approval: {
    nodes: { ask: { type: 'approval', params: { message: 'Go on?', onTimeout: 'fail' }, next: 'end' }, end },
    answers: [{ decision: 'approve' }],
    ended: completed,
  },
  'client tool': {
    nodes: { ask: { type: 'client-tool', params: { toolName: 'tool' }, next: 'end' }, end },
    answers: [{ toolResult: { success: true, output: 1 } }],
    ended: completed,
  },
  view: {
    nodes: {
      ask: {
        type: 'view',
        params: {
          components: [
            {
              ...{ id: 'form_1', type: 'FORM' },
              components: [
                { id: 'name', type: 'INPUT', variant: 'TEXT', config: { identifier: 'name' } },
                { id: 'go', type: 'BUTTON', actionId: 'go', variant: 'PRIMARY', config: { text: 'Go on' } },
              ],
            },
          ],
        },
        next: 'end',
      },
      end,
    },
    answers: [{ actionId: 'go', params: { name: 'Ada' } }],
    ended: completed,
  },
  failing: {
    nodes: { call: { type: 'http', params: { url: 'https://nowhere.invalid/' } } },
    answers: [],
    ended: { status: 'failed' },
  },
  'each and parallel': {
    nodes: {
      all: {
        type: 'each',
        params: { items: '{{[1, 2, 3]}}', body: { nodes: { one: number } } },
        next: 'both',
      },
      both: {
        type: 'parallel',
        params: { branches: { left: { nodes: { a: number } }, right: { nodes: { b: number } } } },
        next: 'end',
      },
      end: { type: 'final', params: { outputs: { all: '{{all}}', both: '{{both}}' } } },
    },
    answers: [],
    ended: { status: 'completed', output: { all: [2, 2, 2], both: { left: 2, right: 2 } } },
  },
}
