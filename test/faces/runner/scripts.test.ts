import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
beforeAll(async () => {
  faces = await openFaces()
})
afterAll(() => faces.close())

/** Creates a flow from YAML and runs it, as seed 003 does. */
async function run(content: string, input: object) {
  const as = faces.acme.token.user
  const { body } = await faces.send('POST', '/api/v1/flows', {
    as,
    body: { name: 'Scripts', definition: content },
  })
  const done = await faces.send('POST', `/api/v1/flows/${body.id}/run?wait=20`, { as, body: { input } })
  return done.body
}

const seeded = `metadata:
  name: Stock
  version: "1.0.0"
nodes:
  start:
    type: transform
    params:
      script: |
        // Comments, braces and templates are JavaScript's own.
        const low = input.items.filter(({ left }) => left < 5)
        return { low: low.map(({ name }) => \`\${name}\`), count: low.length }
    next: { default: check }
  check:
    type: condition
    params:
      condition_script: |
        if (input.count === 0) return 'fine'
        return input.count > 1 ? 'order' : 'watch'
    next: { order: order, watch: watch, fine: fine }
  order: { type: transform, params: { value: "order \${JSON.stringify(input.low)} of \${shared.start.count}" } }
  watch: { type: transform, params: { value: "watch \${input.low[0]}" } }
  fine: { type: transform, params: { value: fine } }
`

test.each([
  [
    [
      { name: 'pen', left: 1 },
      { name: 'ink', left: 2 },
    ],
    'order ["pen","ink"] of 2',
  ],
  [
    [
      { name: 'pen', left: 1 },
      { name: 'ink', left: 9 },
    ],
    'watch pen',
  ],
  [[{ name: 'ink', left: 9 }], 'fine'],
])('a YAML flow with script and condition_script runs whole: %j', async (items, result) => {
  expect(await run(seeded, { items })).toMatchObject({ status: 'completed', result })
})

test('a script that throws fails its execution with its message', async () => {
  const failed = await run(
    `nodes:\n  start: { type: transform, params: { script: "throw new Error('No stock')" } }\n`,
    {},
  )

  expect(failed).toMatchObject({ status: 'failed', error: 'No stock' })
})

test('the sample with scripts gives what it says', async () => {
  const sample = readFileSync(
    join(import.meta.dirname, '../../../infra/local/samples/order-triage.yaml'),
    'utf8',
  )
  const told = (word: string) => JSON.parse(new RegExp(`^# ${word}: +(.*)$`, 'm').exec(sample)![1]!)

  expect(await run(sample, told('Start it'))).toMatchObject({ status: 'completed', result: told('Output') })
})
