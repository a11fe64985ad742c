import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { circles, readArrows, wrongArrows } from './house-map.ts'

const top = join(import.meta.dirname, '..')
const found = readArrows(top)

describe('the house', () => {
  test('has only arrows that are on its map', () => {
    expect(found.length).toBeGreaterThan(50)
    expect(wrongArrows(found)).toEqual([])
  })

  test('has no circles of imports', () => {
    expect(circles(found)).toEqual([])
  })

  test('imports only files that are there', () => {
    expect(found.filter(({ to }) => !existsSync(join(top, to)))).toEqual([])
  })

  test('keeps its files short', () => {
    const files = new Set(found.map(({ from }) => from))
    const long = [...files].filter((file) => readFileSync(join(top, file), 'utf8').split('\n').length > 400)
    expect(long).toEqual([])
  })

  test('has at its top level nothing but what the README names', () => {
    const there = readdirSync(top).filter((name) => !name.startsWith('.') && !generated.has(name))
    expect(there.sort()).toEqual([...named].sort())
  })
})

describe('the check itself', () => {
  const planted = [
    { from: 'shared/store/waits.ts', to: 'shared/core/runs.ts' },
    { from: 'shared/steps/approval.ts', to: 'shared/store/waits.ts' },
    { from: 'shared/core/work.ts', to: 'infra/local/main.ts' },
    { from: 'shared/faces/client.ts', to: 'shared/store/runs.ts' },
    { from: 'shared/core/work.ts', to: 'shared/expressions/pool.ts' },
  ]

  test.each(planted)('sees a wrong import planted from $from to $to', (arrow) => {
    expect(wrongArrows([...found, arrow])).toHaveLength(1)
  })

  test('sees a planted circle', () => {
    const circle = [
      { from: 'shared/core/a.ts', to: 'shared/core/b.ts' },
      { from: 'shared/core/b.ts', to: 'shared/core/c.ts' },
      { from: 'shared/core/c.ts', to: 'shared/core/a.ts' },
    ]
    expect(circles([...found, ...circle])).toEqual([
      'shared/core/a.ts -> shared/core/b.ts -> shared/core/c.ts -> shared/core/a.ts',
    ])
  })
})

const generated = new Set(['node_modules', 'dist', 'cdk.out', 'coverage'])
const named = [
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'biome.json',
  'cdk.json',
  'docs',
  'functions',
  'infra',
  'package-lock.json',
  'package.json',
  'shared',
  'test',
  'tsconfig.json',
  'vitest.config.ts',
]
