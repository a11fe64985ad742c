import { createHash } from 'node:crypto'
import type { ScriptEvent } from '../asl/script-event.ts'
import { maxJsonDepth } from '../strict-json.ts'
import type { Json } from '../world.ts'
import { limits } from './limits.ts'
import { openScriptPool } from './pool.ts'
import { ScriptError } from './script-error.ts'

const pool = openScriptPool()

/**
 * Runs an author's script, contained twice: in WebAssembly, and that in a child process (hardening.md 2.1, rule 5). The
 * same event gives the same value: the script's clock stands at the moment when its state was entered, and its random
 * numbers are seeded by the visit.
 *
 * @throws {ScriptError} with the codes of script-error.ts.
 */
export async function runScript(event: ScriptEvent): Promise<Json> {
  const answer = await pool.ask(event.run, questionOf(event))
  if ('error' in answer) throw new ScriptError(answer.error, answer.message)
  return JSON.parse(answer.output)
}

function questionOf({ code, input, at, run, stepId, iter }: ScriptEvent): string {
  checkDepth(input, 0)
  const text = JSON.stringify(input ?? null)
  if (Buffer.byteLength(text) > limits.inputBytes)
    throw new ScriptError('Script.InputTooLarge', 'The input is larger than 256 KiB')
  if (Buffer.byteLength(code) > limits.codeBytes)
    throw new ScriptError('Script.Syntax', 'The code is larger than 32 KB')
  const seed = seedOf([run, stepId, iter, at])
  return `{"code":${JSON.stringify(code)},"input":${text},"now":${Date.parse(at)},"seed":${JSON.stringify(seed)}}`
}

/** Deeper values would overflow whatever walks through them. */
function checkDepth(value: Json, depth: number): void {
  if (typeof value !== 'object' || value === null) return
  if (depth >= maxJsonDepth)
    throw new ScriptError('Script.InputTooLarge', `The input is nested more than ${maxJsonDepth} levels deep`)
  for (const member of Object.values(value)) checkDepth(member, depth + 1)
}

/** Four 32-bit numbers that are the same for the same visit of a step. */
function seedOf(visit: (string | null)[]): number[] {
  const digest = createHash('sha256').update(JSON.stringify(visit)).digest()
  return [0, 4, 8, 12].map((at) => digest.readInt32LE(at))
}
