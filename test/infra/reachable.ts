import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readArrows } from '../house-map.ts'

const top = join(import.meta.dirname, '../..')

/** Names of the SDK commands that a door can send, read from the source files it reaches by imports. */
export function commandsOf(door: string): Set<string> {
  const next = new Map<string, string[]>()
  for (const { from, to } of readArrows(top)) next.set(from, [...(next.get(from) ?? []), to])
  const seen = new Set<string>()
  const left = [`functions/${door}.ts`]
  for (let file = left.pop(); file !== undefined; file = left.pop()) {
    if (seen.has(file)) continue
    seen.add(file)
    left.push(...(next.get(file) ?? []))
  }
  const commands = [...seen].flatMap((file) => [
    ...readFileSync(join(top, file), 'utf8').matchAll(/new (\w+)Command\(/g),
  ])
  return new Set(commands.map((match) => match[1]!))
}
