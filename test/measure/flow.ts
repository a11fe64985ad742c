import type { JsonObject } from '../../shared/world.ts'

const transforms = 5

/** Native steps in a row, then two questions. */
export const measured: JsonObject = {
  metadata: { name: 'Measure' },
  triggers: [{ type: 'api' }],
  nodes: {
    ...Object.fromEntries(
      Array.from({ length: transforms }, (_, n) => [
        `step${n}`,
        {
          type: 'transform',
          params: { set: { n } },
          next: { default: n + 1 < transforms ? `step${n + 1}` : 'first' },
        },
      ]),
    ),
    first: { type: 'client-tool', params: { toolName: 'first' }, next: { default: 'second' } },
    second: { type: 'client-tool', params: { toolName: 'second' }, next: { default: 'end' } },
    end: { type: 'final', params: { outputs: { done: true } } },
  },
}
