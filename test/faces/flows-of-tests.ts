import type { JsonObject } from '../../shared/world.ts'

const api = [{ type: 'api' }]

/** Adds up and ends: no wait, no call. */
export const adding: JsonObject = {
  metadata: { name: 'Renewal risk' },
  triggers: [...api, { type: 'schedule' }, { type: 'form' }],
  inputs: [
    { name: 'customerId', type: 'text', required: true },
    { name: 'topic', type: 'text' },
  ],
  nodes: {
    end: {
      type: 'final',
      params: { outputs: { summary: 'Renewal risk is low', score: '{{$length(customerId) + 75}}' } },
    },
  },
}

/** Asks a person. */
export const asking: JsonObject = {
  metadata: { name: 'Renewal' },
  triggers: api,
  nodes: {
    ask: {
      type: 'approval',
      name: 'Ask the manager',
      params: { message: 'Renew {{inputs.customerId}}?', onTimeout: 'fail' },
      next: { default: 'end' },
    },
    end: { type: 'final', params: { output: { decision: '{{ask.decision}}' } } },
  },
}

/** Asks an app. */
export const calling: JsonObject = {
  metadata: { name: 'Lookup' },
  triggers: api,
  nodes: {
    tool: {
      type: 'client-tool',
      params: { toolName: 'lookup', parameters: { id: 7 } },
      next: { default: 'end' },
    },
    end: { type: 'final', params: { output: '{{tool}}' } },
  },
}

/** Ends in an error of the author's. */
export const failing: JsonObject = {
  metadata: { name: 'Failing' },
  triggers: api,
  nodes: { no: { type: 'fail', params: { code: 'CRM_DOWN', message: 'The CRM is down' } } },
}

/** Rests for ten minutes. */
export const resting: JsonObject = {
  metadata: { name: 'Resting' },
  triggers: api,
  nodes: { rest: { type: 'delay', params: { seconds: 600 } } },
}

/** Asks in two branches at once. */
export const askingTwice: JsonObject = {
  metadata: { name: 'Two questions' },
  triggers: api,
  nodes: {
    both: {
      type: 'parallel',
      params: {
        branches: {
          left: { nodes: { a: { type: 'client-tool', params: { toolName: 'a' } } } },
          right: { nodes: { b: { type: 'client-tool', params: { toolName: 'b' } } } },
        },
      },
      next: { default: 'end' },
    },
    end: { type: 'final', params: { output: 'done' } },
  },
}
