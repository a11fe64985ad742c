import type { JsonObject } from '../../shared/world.ts'

const api = { triggers: [{ type: 'api' }] }
const flow = (name: string, nodes: JsonObject): JsonObject => ({ metadata: { name }, ...api, nodes })
const end = { type: 'final', params: { outputs: { done: true } } }

/** The kinds of flow that the load is made of. */
export const sampleFlows = {
  /** Three native steps. */
  score: flow('Score', {
    score: {
      type: 'transform',
      params: { set: { score: '{{inputs.employees / 10}}' } },
      next: { default: 'rate' },
    },
    rate: {
      type: 'condition',
      params: { cases: [{ when: '{{score.score > 50}}', to: 'end' }] },
      next: { default: 'end' },
    },
    end,
  }),
  /** One call and an end. */
  call: flow('Call', {
    call: { type: 'http', params: { url: 'https://api.example.com/' }, next: { default: 'end' } },
    end,
  }),
  /** One question to a person. */
  approval: flow('Approval', {
    ask: { type: 'approval', params: { message: 'Go on, {{inputs.name}}?', onTimeout: 'fail' }, next: 'end' },
    end,
  }),
  /** Two questions to an app. */
  tool: flow('Tool', {
    one: { type: 'client-tool', params: { toolName: 'read' }, next: 'two' },
    two: { type: 'client-tool', params: { toolName: 'write' }, next: 'end' },
    end,
  }),
  /** Four calls side by side. */
  each: flow('Each', {
    all: {
      type: 'each',
      params: {
        items: '{{inputs.items}}',
        concurrency: 4,
        body: { nodes: { call: { type: 'http', params: { url: 'https://api.example.com/' } } } },
      },
      next: 'end',
    },
    end,
  }),
} satisfies Record<string, JsonObject>

export type SampleFlow = keyof typeof sampleFlows
