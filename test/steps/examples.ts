import type { JsonObject } from '../../shared/world.ts'

/** One use of every step type, as an author writes its params. */
export const examples: Record<string, JsonObject> = {
  agent: {
    system: 'You help with orders',
    prompt: '{{question}}',
    tools: [
      {
        type: 'client',
        name: 'readCart',
        description: 'Reads the cart',
        parameters: { type: 'object', properties: { cartId: { type: 'string' } }, required: ['cartId'] },
      },
      { type: 'flow', name: 'score', flowId: '0d6c1f5e-7a51-4d0e-9c64-1f0c7a0b9f11', version: 2 },
      {
        type: 'http',
        name: 'weather',
        url: 'https://weather.example.com/{{args.city}}',
        headers: { Authorization: 'Bearer {{secrets.WEATHER_KEY}}' },
      },
    ],
    maxTurns: 5,
  },
  approval: {
    message: 'Renew {{customerId}}?',
    approvers: ['ann@example.com', 'bob@example.com'],
    approvals: 2,
    allowSelf: false,
    form: [{ name: 'reason', type: 'text', required: true }],
    onTimeout: { decision: 'reject' },
  },
  'client-tool': { toolName: 'readCart', parameters: [{ key: 'cartId', value: '{{inputs.cartId}}' }] },
  condition: { cases: [{ when: '{{customer.body.score > 80}}', to: 'good' }] },
  delay: { seconds: '5m' },
  each: {
    items: '{{customers}}',
    concurrency: 4,
    onItemError: 'continue',
    maxItems: 100,
    body: { nodes: { one: { type: 'transform', params: { value: '{{item}}' } } } },
  },
  fail: { code: 'CRM_DOWN', message: '{{lastError.cause}}' },
  final: { outputs: { summary: 'Renewal risk is low', score: '{{customer.body.score}}' } },
  flow: { flowId: '0d6c1f5e-7a51-4d0e-9c64-1f0c7a0b9f11', version: 2, inputs: { id: '{{customerId}}' } },
  'http.request': {
    url: 'https://crm.example.com/customers/{{customerId}}',
    method: 'POST',
    headers: { Authorization: 'Bearer {{secrets.CRM_KEY}}' },
    query: { page: 1, tag: ['a', 'b'] },
    body: { id: '{{customerId}}' },
    expect: ['2xx', 404],
  },
  llm: {
    model: 'small',
    system: 'You judge risks',
    messages: [{ role: 'user', content: 'Judge {{customer}}' }],
    temperature: 0.2,
    maxTokens: '{{limit}}',
    schema: { type: 'object', properties: { score: { type: 'number' } }, required: ['score'] },
    baseUrl: 'https://models.example.com/v1',
    apiKey: '{{secrets.MODEL_KEY}}',
  },
  log: { level: 'warn', message: 'Score is {{score}}', data: { score: '{{score}}' } },
  parallel: {
    branches: {
      left: { nodes: { l: { type: 'transform', params: { value: 1 } } } },
      right: { nodes: { r: { type: 'transform', params: { value: 2 } } } },
    },
  },
  transform: { set: { total: '{{a + b}}', list: [1, [2, 3]] } },
  webhook: {
    url: 'https://hooks.example.com/in',
    body: { id: '{{customerId}}' },
    secret: '{{secrets.HOOK_KEY}}',
  },
  while: {
    when: '{{iteration < 3}}',
    maxIterations: 3,
    body: { nodes: { again: { type: 'transform', params: { value: '{{iteration}}' } } } },
  },
}
