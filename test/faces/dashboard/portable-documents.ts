import type { JsonObject } from '../../../shared/world.ts'
import { languageExample, seed003 } from '../../definitions/seeds.ts'

/** Definitions in every dialect, as authors send them. */
export const documents: Record<string, string | JsonObject> = {
  'nodes as JSON': {
    nodes: {
      zeta: { type: 'final', params: { outputs: { b: 1, a: '{{loop}}' } } },
      loop: {
        type: 'each',
        params: {
          items: '{{inputs.list}}',
          body: {
            nodes: {
              ask: {
                type: 'approval',
                params: {
                  message: 'Go?',
                  approvers: ['ann@acme.example', 'bob@acme.example'],
                  onTimeout: 'fail',
                },
              },
            },
          },
        },
        next: 'zeta',
      },
    },
    metadata: { name: 'Zeta' },
  },
  'nodes as YAML': languageExample,
  'seed 001: steps': {
    name: 'Renewal',
    steps: [
      {
        id: 'ask',
        type: 'user-approval',
        name: 'Renew?',
        data: { message: 'Renew?', onTimeout: 'fail', approvers: ['ann@acme.example'] },
        nextStepId: 'done',
      },
      { id: 'done', type: 'Final', data: [{ Name: 'summary', Output: 'Renewal risk is low' }] },
    ],
  },
  'seed 003: flowrunner': `metadata: { name: Orders }
nodes:
  fetch:
    type: http.request
    params:
      url: "https://shop.example/orders/\${input.orderId}"
      headers: { Authorization: "Bearer \${secrets.SHOP}", X-Api-Key: literal }
    timeoutSeconds: 10s
    next: { default: check }
  check:
    type: condition
    params:
      conditions: [{ condition: "\${input.status_code === 200}", action: ok }]
      default_action: ok
    next: { ok: done }
  done: { type: final }
`,
  'seed 003 as YAML': seed003,
  'seed 000: builder': {
    flowType: 'REGISTRATION',
    steps: [
      { id: 'form', type: 'VIEW', data: { components: [], secret: 'literal' } },
      { id: 'end', type: 'END', data: {} },
    ],
  },
}
