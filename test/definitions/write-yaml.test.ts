import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { writeYaml } from '../../shared/definitions/write-yaml.ts'
import { parseYaml } from '../../shared/definitions/yaml.ts'
import { exactNumber } from '../../shared/strict-json.ts'
import type { Json, JsonObject } from '../../shared/world.ts'

/** A number that definitions may hold. */
const isRead = (number: number) => !Object.is(number, -0) && exactNumber(JSON.stringify(number)) === number

/** Texts that YAML might take for something else. */
const word = fc.constantFrom(
  ...['', '~', 'null', 'yes', 'no', 'on', 'True', '1', '1e3', '0x1f', '0o7', '1_000', '.5', '.inf', '.NaN'],
  ...['2026-03-01', '12:30:45', '<<', '- a', 'a: b', 'a #b', '#', '{{x}}', '[a]', '!tag', '&a', '*a', '|'],
  ...['%x', '@x', '`x', '"', "'", ' lead', 'trail ', 'a\nb', '\na\n', 'a\r\nb', '\ttab', '\u0085', '\u2028'],
  ...['\u0000', '\u007f', '\ufeff', '•••', '😀', '?', '? a', ':', '---', '...', '---\na', 'a\n---\nb'],
)
const text = fc.oneof(word, fc.string({ unit: 'binary', maxLength: 40 }))
const key = text.filter((name) => name !== '__proto__' && name !== 'prototype')
const value = fc.letrec<{ any: Json }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    fc.integer(),
    fc.double({ noDefaultInfinity: true, noNaN: true }).filter(isRead),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(key, tie('any'), { maxKeys: 4 }),
  ),
})).any

test('what is written is read as the same value, whatever it is', () => {
  fc.assert(
    fc.property(fc.dictionary(key, value, { minKeys: 1, maxKeys: 5 }), (object) => {
      // A dictionary of fast-check may have no prototype, which is no difference here.
      const plain = JSON.parse(JSON.stringify(object)) as JsonObject

      expect(parseYaml(writeYaml(plain))).toEqual(plain)
    }),
    { numRuns: 2000 },
  )
})
