import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { routes } from '../shared/faces/index.ts'

const named = /\b(?:GET|POST|PATCH|PUT|DELETE) \/[\w./{}-]+[\w}]/g
/** Documents call parameters as they like, or say a value. */
const known = routes.map(
  ({ method, path }) => new RegExp(`^${method} ${path.replace(/\{[^}]+\}/g, '[^/]+')}$`),
)

// The runbook sent whoever followed a run to a route that there has never been.
test.each(['README.md', 'docs/runbook.md'])('%s names routes that there are', (name) => {
  const text = readFileSync(join(import.meta.dirname, '..', name), 'utf8')
  const found = text.match(named) ?? []

  expect(found.length).toBeGreaterThan(0)
  expect(found.filter((one) => !known.some((route) => route.test(one)))).toEqual([])
})
