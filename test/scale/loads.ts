import type { Load } from './load.ts'

/** A thousand starts a second, most of them answered at once, as many waiting as the quotas of a new account bear. */
export const mixed: Load = {
  name: '1,000 starts/s over 1,000 flows of 100 organisations, one in four is durable',
  starts: {
    'score, at once': 400,
    'call, at once': 350,
    'call, later': 80,
    'each, later': 20,
    approval: 100,
    'two tools': 50,
  },
  flows: 1_000,
  organisations: 100,
}

/** The same, where every run waits for somebody. */
export const allWaiting: Load = {
  name: '1,000 starts/s over 1,000 flows of 100 organisations, every run waits',
  starts: { approval: 700, 'two tools': 300 },
  flows: 1_000,
  organisations: 100,
}

/** One flow that every second 300 people are asked by. */
export const hot: Load = {
  name: 'one flow, 300 starts/s, every run waits for an approval',
  starts: { approval: 300 },
  flows: 1,
  organisations: 1,
}
