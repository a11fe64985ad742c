import { expect, test } from 'vitest'
import { parseExpression } from '../../shared/expressions/gate.ts'
import { freeNames, secretsIn } from '../../shared/expressions/names.ts'

const namesOf = (source: string) =>
  freeNames(parseExpression(source)).map(({ name, path, offset }) => [name, path.join('.'), offset])

test('names of the run are found with their members and places', () => {
  expect(namesOf('customer.body.score > inputs.limit')).toEqual([
    ['customer', 'body.score', 0],
    ['inputs', 'limit', 22],
  ])
  expect(namesOf('nodes.fetch.items[0].price')).toEqual([['nodes', 'fetch.items', 0]])
  expect(namesOf('items[0].price')).toEqual([['items', '', 0]])
  expect(namesOf('`my name`.a')).toMatchObject([['my name', 'a', expect.any(Number)]])
})

test('members of an item are no names of the run', () => {
  expect(namesOf('items[price > 3 and name = "x"].{"a": b}')).toEqual([['items', '', 0]])
  expect(namesOf('items^(price)')).toEqual([['items', '', 0]])
  expect(namesOf('items{type: $sum(price)}')).toEqual([['items', '', 0]])
})

test('a function body reads the run, its parameters do not', () => {
  expect(namesOf('$map(items, function($i){ $i.price * rate })').map(([name]) => name)).toEqual([
    'items',
    'rate',
  ])
})

test('secrets are found by their keys', () => {
  const secrets = (source: string) => secretsIn(parseExpression(source))

  expect(secrets('"Bearer " & secrets.CRM_KEY & secrets.CRM_KEY & secrets.`b-c`')).toEqual(['CRM_KEY', 'b-c'])
  expect(secrets('$lookup(secrets, inputs.key)')).toEqual(['*'])
  expect(secrets('customer.secrets.x')).toEqual([])
})
