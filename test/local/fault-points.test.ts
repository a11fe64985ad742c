import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { faultPoints } from '../../infra/local/fault-points.ts'

const top = join(import.meta.dirname, '../..')

test('every fault point is passed somewhere in the code', () => {
  const passed = readdirSync(join(top, 'infra/local'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => [
      ...readFileSync(join(top, 'infra/local', name), 'utf8').matchAll(/\bpoint\('([\w.]+)'\)/g),
    ])
    .map(([, name]) => name)

  expect(new Set(passed)).toEqual(new Set(faultPoints))
})
