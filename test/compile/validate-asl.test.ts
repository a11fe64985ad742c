import { expect, test } from 'vitest'
import { aslErrors } from '../../shared/compile/validate-asl.ts'

const machine = (state: object) => ({ QueryLanguage: 'JSONata', StartAt: 'a', States: { a: state } })

test('one definition after the other is judged by itself', () => {
  expect(aslErrors(machine({ Type: 'Succeed' }))).toBeNull()
  expect(aslErrors(machine({ Type: 'Succeed', Output: '{% 1 + %}' }))).toMatch(/SCHEMA_VALIDATION_FAILED/)
  expect(aslErrors(machine({ Type: 'Pass', Next: 'b' }))).toMatch(/MISSING_TRANSITION_TARGET/)
  expect(aslErrors(machine({ Type: 'Pass', End: true }))).toBeNull()
})

test('the schemas are compiled once', () => {
  const took = (state: object) => {
    const before = process.cpuUsage()
    aslErrors(machine(state))
    const { user } = process.cpuUsage(before)
    return user
  }
  const each = Array.from({ length: 20 }, (_, at) => took({ Type: 'Pass', Output: { at }, End: true }))

  // Compiling takes 100,000 and more.
  expect(each.toSorted((a, b) => a - b)[10]).toBeLessThan(20_000)
})
