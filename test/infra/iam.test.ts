import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { iamDocument } from '../../infra/iam.ts'

test('docs/iam.md is what npm run iam prints', () => {
  const file = join(import.meta.dirname, '../../docs/iam.md')
  expect(readFileSync(file, 'utf8')).toBe(iamDocument())
})
