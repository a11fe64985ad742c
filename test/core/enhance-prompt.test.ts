import { expect, test } from 'vitest'
import { enhancePrompt } from '../../shared/core/enhance-prompt.ts'
import { stepTypes } from '../../shared/steps/index.ts'

test('the model is told of every step: its params, and where it may lead', () => {
  const lines = enhancePrompt().split('\n')

  for (const { type, kind } of stepTypes)
    expect(lines.filter((line) => line.startsWith(`- ${type} (${kind})`))).toHaveLength(1)
  expect(lines.find((line) => line.startsWith('- approval'))).toMatch(
    /message: string, approvers\?.*; approve, reject, timeout, error$/,
  )
})
