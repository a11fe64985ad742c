import { expect, test } from 'vitest'
import type { Field } from '../../shared/definitions/graph.ts'
import { checkForm, form } from '../../shared/steps/form.ts'
import type { Json } from '../../shared/world.ts'

test.each<[Field['type'], Json, Json]>([
  ['text', 'a', 1],
  ['textarea', 'a', true],
  ['password', 'a', {}],
  ['number', 1.5, '1'],
  ['integer', 2, 2.5],
  ['boolean', false, 'false'],
  ['date', '2026-03-01', '2026-02-30'],
  ['datetime', '2026-03-01T06:00:00Z', '2026-03-01'],
  ['select', 'a', 'c'],
  ['multiselect', ['a', 'b'], ['a', 'c']],
  ['email', 'ann@example.com', 'ann'],
  ['url', 'https://example.com/', 'javascript:alert(1)'],
  ['json', { a: [1] }, undefined as unknown as Json],
  ['file', { fileId: 'f' }, 5],
])('a field of type %s takes %j and not %j', (type, good, bad) => {
  const field: Field = { name: 'f', type, required: true, options: ['a', { label: 'B', value: 'b' }] }

  expect(checkForm([field], { f: good }).issues).toEqual([])
  expect(checkForm([field], { f: bad }).issues).toMatchObject([{ path: '/form/f' }])
})

test('a form is an object', () => {
  expect(checkForm([], [1]).issues).toMatchObject([{ path: '/form' }])
  expect(checkForm([], null)).toEqual({ form: {}, issues: [] })
})

test('a form with two fields of one name, or a choice without options, is refused', () => {
  const fields = [
    { name: 'a', type: 'text' },
    { name: 'a', type: 'select' },
  ]

  expect(form.safeParse(fields).error?.issues.map(({ path }) => path)).toEqual([
    [1, 'name'],
    [1, 'options'],
  ])
})
