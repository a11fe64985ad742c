import { expect, test } from 'vitest'
import { compile } from '../../shared/compile/compile.ts'
import { graphOf } from './graph-of.ts'
import { runGraph } from './run-graph.ts'

const options = { kind: 'standard', stepFunction: 's', scriptFunction: 'js' } as const

test('a secret is a marked reference at a noted path, and never a value', async () => {
  const graph = graphOf({
    nodes: {
      get: {
        type: 'http.request',
        params: {
          url: 'https://example.com/{{inputs.id}}?key={{secrets.QUERY}}',
          headers: { Authorization: 'Bearer {{secrets.TOKEN}}', 'X-Like': '{{inputs.like}}' },
          body: { keys: ['plain', '{{secrets.BODY}}'] },
        },
      },
    },
  })

  const like = { $secret: 'TOKEN' }
  const { sent } = await runGraph(graph, { id: 7, like })

  expect(sent[0]).toMatchObject({
    args: {
      url: ['https://example.com/', '7', '?key=', { $secret: 'QUERY' }],
      headers: { Authorization: ['Bearer ', { $secret: 'TOKEN' }], 'X-Like': like },
      body: { keys: ['plain', [{ $secret: 'BODY' }]] },
    },
    secrets: [['body', 'keys', 1], ['headers', 'Authorization'], ['url']],
  })
})

test('a step without secrets sends no paths', async () => {
  const { sent } = await runGraph(graphOf({ nodes: { l: { type: 'log', params: { message: 'x' } } } }))

  expect(sent[0]).not.toHaveProperty('secrets')
})

test('a secret inside an expression cannot be compiled', () => {
  const graph = graphOf({ nodes: { l: { type: 'log', params: { message: '{{ "x" & secrets.KEY }}' } } } })

  expect(() => compile(graph, options)).toThrow(
    expect.objectContaining({
      issues: [expect.objectContaining({ code: 'secret_in_expression', stepId: 'l' })],
    }),
  )
})
