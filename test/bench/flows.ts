/** Three steps that never wait. */
export const waitFree = {
  metadata: { name: 'Bench: score' },
  triggers: [{ type: 'api' }],
  nodes: {
    score: {
      type: 'transform',
      params: { set: { score: '{{employees / 10 + budget / 1000}}' } },
      next: { default: 'rate' },
    },
    rate: {
      type: 'condition',
      params: { cases: [{ when: '{{score.score > 50}}', to: 'hot' }] },
      next: { default: 'cold' },
    },
    hot: { type: 'final', params: { outputs: { rating: 'hot', score: '{{score.score}}' } } },
    cold: { type: 'final', params: { outputs: { rating: 'cold', score: '{{score.score}}' } } },
  },
}

/** One approval and an end. */
export const approval = {
  metadata: { name: 'Bench: approve' },
  triggers: [{ type: 'api' }],
  nodes: {
    ask: {
      type: 'approval',
      params: { message: 'Go on, {{name}}?', onTimeout: 'fail' },
      next: { default: 'done' },
    },
    done: { type: 'final', params: { outputs: { decision: '{{ask.decision}}' } } },
  },
}

/** A chain of `length` transforms. */
export function chain(length: number): Record<string, unknown> {
  const nodes = Object.fromEntries(
    Array.from({ length }, (_, index) => [
      `step${index}`,
      {
        type: 'transform',
        params: {
          set: {
            count: index === 0 ? '{{start}}' : `{{step${index - 1}.count + 1}}`,
            text: `Step ${index} of {{name}}`,
          },
        },
        ...(index === length - 1 ? {} : { next: { default: `step${index + 1}` } }),
      },
    ]),
  )
  return { metadata: { name: `Bench: ${length} steps` }, nodes }
}
