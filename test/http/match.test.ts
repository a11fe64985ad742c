import { expect, test } from 'vitest'
import { matcher } from '../../shared/http/match.ts'
import { Toy, toyRoutes } from './toy.ts'

const find = matcher(toyRoutes(new Toy()))
const id = '0d6c8a53-5a0f-4a57-9d0e-5a0f6f3c7f11'

test('a path is found with its parameters, for each of its methods', () => {
  const found = find(`/toys/${id}`)

  expect(found?.params).toEqual({ id })
  expect([...found!.byMethod.keys()]).toEqual(['GET', 'PATCH', 'DELETE'])
})

test('a literal wins over a parameter', () => {
  expect(find('/toys/special')?.byMethod.get('GET')?.path).toBe('/toys/special')
  expect(find('/toys/text')?.byMethod.has('POST')).toBe(true)
})

test.each([
  '/toys/preferences',
  `/toys/${id.toUpperCase()}`,
  `/toys/${id}/`,
  `/toys//${id}`,
  '//toys',
  '/Toys',
  '/toys/',
  '/toys/%73pecial',
  `/toys%2f${id}`,
  `/toys/${id}%00`,
  '',
  '/',
  'toys',
  `/toys/${id}/run/`,
  '/toys/../toys',
  '/toys;a=b',
])('C8 %s is no path', (path) => {
  expect(find(path)).toBeNull()
})

test('words of the API and of JavaScript are no ids', () => {
  for (const word of ['constructor', '__proto__', 'execute', 'publish', ' ', '*'])
    expect(find(`/toys/${word}`)).toBeNull()
})
