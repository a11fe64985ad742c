import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { eachPlaceholder, withoutPlaceholders } from '../../shared/definitions/placeholders.ts'
import { makePortable, type Naming } from '../../shared/definitions/portable.ts'
import type { Json, JsonObject } from '../../shared/world.ts'

const flowIds = ['0d6c1f5e-7a51-4d0e-9c64-1f0c7a0b9f11', '1d6c1f5e-7a51-4d0e-9c64-1f0c7a0b9f12']
const people = ['3f6c1f5e-7a51-4d0e-9c64-1f0c7a0b9f13', 'ann@example.com']

/** Names that lead back. */
function naming(): Naming & { idOf: Map<string, string> } {
  const idOf = new Map<string, string>()
  const name = (word: string) => (id: string) => {
    const ref = `${word}-${id.slice(0, 2)}`
    idOf.set(ref, id)
    return ref
  }
  return { idOf, flow: name('flow'), user: name('approver'), kept: ({ ref }) => ref }
}

const key = fc
  .oneof(
    fc.constantFrom(
      'Authorization',
      'apiKey',
      'secret',
      'value',
      'key',
      'next',
      'type',
      'params',
      'data',
      'default',
    ),
    fc.string({ maxLength: 6 }),
  )
  .filter((text) => text !== '__proto__')
const text = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.constantFrom(
    '{{secrets.A}}',
    'Bearer {{secrets.A}}',
    'https://u:p@a.example/?token=x',
    '•••',
    'flow',
    'approval',
  ),
)
const data = fc.letrec<{ any: Json }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    fc.integer(),
    fc.constant(null),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(key, tie('any'), { maxKeys: 4 }),
  ),
})).any
const step = fc.oneof(
  fc.record({
    type: fc.constant('flow'),
    params: fc.record({ flowId: fc.constantFrom(...flowIds), inputs: data }),
  }),
  fc.record({
    type: fc.constantFrom('approval', 'user-approval'),
    data: fc.record({ approvers: fc.array(fc.constantFrom(...people), { maxLength: 3 }) }),
  }),
  fc.record({ type: fc.constant('http.request'), params: fc.record({ headers: data, body: data }) }),
)
const documentOf = fc
  .oneof(
    fc.record({ nodes: fc.dictionary(fc.constantFrom('a', 'b', 'next', 'secret'), step) }),
    fc.record({ steps: fc.array(step, { maxLength: 4 }) }),
  )
  .map((document) => JSON.parse(JSON.stringify(document)) as JsonObject)

test('a portable document holds no id, and is itself portable as it stands', () => {
  fc.assert(
    fc.property(documentOf, (document) => {
      const first = makePortable(document, naming())
      const again = makePortable(first.document, naming())

      for (const id of [...flowIds, ...people]) expect(JSON.stringify(first.document)).not.toContain(id)
      expect(JSON.stringify(again)).toBe(JSON.stringify(first))
    }),
    { numRuns: 500 },
  )
})

test('with the ids in their places again it becomes the same portable document', () => {
  fc.assert(
    fc.property(documentOf, (document) => {
      const names = naming()
      const first = makePortable(document, names)
      const back = withoutPlaceholders(first.document, ({ ref }) => names.idOf.get(ref)) as JsonObject

      let left = 0
      eachPlaceholder(back, () => void left++)
      expect(left).toBe(0)
      expect(makePortable(back, naming()).document).toEqual(first.document)
    }),
    { numRuns: 500 },
  )
})
