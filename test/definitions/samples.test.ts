import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readDefinition } from '../../shared/definitions/read.ts'

const folder = new URL('../../infra/local/samples/', import.meta.url)
const samples = readdirSync(folder).filter((name) => name.endsWith('.yaml'))

test('there are samples', () => {
  expect(samples).toContain('expense-approval.yaml')
})

test.each(samples)('the sample %s reads without a problem and says what it is', (name) => {
  const { graph, problems } = readDefinition(readFileSync(new URL(name, folder), 'utf8'))

  // What one client cannot draw, others can.
  expect(problems.filter(({ code }) => code !== 'client_limits')).toEqual([])
  expect(graph?.metadata).toMatchObject({ name: expect.any(String), description: expect.any(String) })
  // Who starts a journey sends nothing but its type.
  if (!graph?.triggers.some(({ type }) => type === 'journey'))
    expect(graph?.inputs?.length).toBeGreaterThan(0)
})
