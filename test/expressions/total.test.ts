import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileDirect } from '../../shared/expressions/direct.ts'
import { canFail } from '../../shared/expressions/fallible.ts'
import { parseCompiled, parseExpression } from '../../shared/expressions/gate.ts'
import { printCondition, printText, printValue } from '../../shared/expressions/print.ts'
import { isSafe } from '../../shared/expressions/safe.ts'
import { parseTemplate } from '../../shared/expressions/template.ts'
import { authored, contexts, names } from './authored.ts'
import { evaluate206, evaluate222, isFailure, outcomeOf } from './evaluate.ts'

const lookup = {
  lookup: (name: string) => ((names as readonly string[]).includes(name) ? `$s_${name}` : undefined),
}

const variables = (context: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(context).map(([name, value]) => [`s_${name}`, value]))

const runs = { numRuns: Number(process.env.SLUICE_PROPERTY_RUNS ?? 400) }

test('H12 a printed value never fails, and is what the author meant wherever plain JSONata gives a value', async () => {
  const property = fc.asyncProperty(authored, contexts, async ({ source, meaning }, context) => {
    const template = parseTemplate(`{{${source}}}`)
    const printed = printValue(template, lookup)
    const plain = await evaluate206(meaning, {}, context)
    const [old, recent] = [
      await evaluate206(printed, variables(context)),
      await evaluate222(printed, variables(context)),
    ]

    expect(canFail(parseExpression(source))).toBe(false)
    expect(recent).toBe(old)
    expect(isFailure(old), `${printed} gave ${old}`).toBe(false)
    expect(old).not.toBe('nothing')
    if (!isFailure(plain)) expect(old, printed).toBe(plain === 'nothing' ? 'null' : plain)
  })
  await fc.assert(property, runs)
}, 60_000)

test('a printed condition is true or false, as JSONata takes the value', async () => {
  const property = fc.asyncProperty(authored, contexts, async ({ source, meaning }, context) => {
    const printed = printCondition(parseTemplate(`{{${source}}}`), lookup)
    const plain = await evaluate206(`(${meaning}) ? true : false`, {}, context)
    const found = await evaluate206(printed, variables(context))

    expect(found, printed).toMatch(/^(true|false)$/)
    if (!isFailure(plain)) expect(found, printed).toBe(plain)
  })
  await fc.assert(property, runs)
}, 60_000)

test('printed text is text, whatever the value', async () => {
  const property = fc.asyncProperty(authored, contexts, async ({ source }, context) => {
    const printed = printText(parseTemplate(`<{{${source}}}>`), lookup)
    const found = await evaluate206(printed, variables(context))

    expect(found, printed).toMatch(/^"<.*>"$/)
  })
  await fc.assert(property, runs)
}, 60_000)

test('the main process gives what the library gives for every printed expression that is safe', async () => {
  let safe = 0
  const property = fc.asyncProperty(authored, contexts, async ({ source }, context) => {
    for (const print of [printValue, printCondition, printText]) {
      const printed = print(parseTemplate(`{{${source}}}`), lookup)
      const tree = parseCompiled(printed)
      if (!isSafe(tree)) continue
      safe++
      const found = await outcomeOf(() => compileDirect(tree).evaluate(undefined, variables(context)))

      expect(found, printed).toBe(await evaluate222(printed, variables(context)))
    }
  })
  await fc.assert(property, runs)
  expect(safe).toBeGreaterThan(runs.numRuns / 2)
}, 60_000)
