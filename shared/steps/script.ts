import * as z from 'zod'
import { literalText } from '../asl/expression.ts'
import type { Json } from '../world.ts'
import type { Route, ScriptStep } from './define.ts'
import { anything } from './params.ts'
import { valueRows } from './value-rows.ts'

const mostBytes = 32 * 1024
/** Engines take no longer expression, and a text of several lines becomes one. */
const mostWritten = 65_000

const params = z.strictObject({
  code: z
    .string()
    .min(1)
    .refine(
      (code) => Buffer.byteLength(code) <= mostBytes && literalText(code).length <= mostWritten,
      'Expected at most 32 KB of code',
    ),
  input: anything.optional(),
})

/**
 * Runs JavaScript: a function body that is given `input` and returns JSON. Without `input` it gets what seed 003 calls so:
 * what the step before left, laid over the run's inputs. It runs in a sandbox with plain ECMAScript and nothing else: no
 * network, no secrets, no waiting; `Date` tells the moment when the step was entered, and `Math.random` is seeded, so a
 * retry gives the same.
 *
 * Rows of `next` besides `default`, `error` and `timeout` name texts that the script may return (`true` and `false` mean
 * the booleans too). A script with such rows is a condition, and like one it leaves `last` as it was.
 *
 * Errors: `Script.Error` (it threw), `Script.Syntax`, `Script.Timeout` (400 ms), `Script.Memory` (32 MB), `Script.TooDeep`,
 * `Script.NotJson`, `Script.InputTooLarge`, `Script.OutputTooLarge` (256 KiB). See scripts/script-error.ts.
 *
 * `timeoutSeconds` bounds the whole call, at most 15 s, in which a function that was asleep has to wake.
 */
export const script: ScriptStep<z.infer<typeof params>> = {
  type: 'script',
  kind: 'work',
  unrecorded: true,
  summary: 'Runs JavaScript on the data of the run',
  params,
  output: [],
  example: {
    code: 'return { sum: input.a + input.b, text: `${input.a} {{b}}` }',
    input: { a: '{{a}}', b: 2 },
  },
  literals: ['code'],
  outcomes: () => [],
  outcomesAreValues: true,
  secrets: false,
  compile: ({ code, input }, place) =>
    place.script(code, input as Json | undefined, {
      routes: valueRows(place.node.next).map(routeOf),
      timeouts: ['Script.Timeout'],
    }),
}

function routeOf(row: string): Route {
  const text = literalText(row)
  const boolean = row === 'true' || row === 'false'
  return {
    outcome: row,
    when: (value) =>
      `$type(${value}) = "string" and ${value} = ${text}${boolean ? ` or $type(${value}) = "boolean" and ${value} = ${row}` : ''}`,
  }
}
