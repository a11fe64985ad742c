import { instant } from '../aws/clock.ts'
import { pointerOf } from '../pointer.ts'
import { refuse } from '../steps/answer.ts'
import { bindFile } from '../store/file-uses.ts'
import type { FileRow } from '../store/files.ts'
import type { WaitRow } from '../store/waits.ts'
import type { Json, JsonObject, World } from '../world.ts'
import { findFiles, type GivenFile, tellFile, unknownFile } from './given-files.ts'

/** Those who send files of their own by what they hold: they may name these, and no others. */
const outsiders = /^(link|share):/

/**
 * Takes the files that an answer names, by the rules of a run's inputs: they stay for as long as the run does. An answer that
 * loses to another has bound its files too, which does no harm: they go with the run.
 *
 * @param paths of their values in the output.
 * @returns the output, in which each file is told by name, type and size.
 * @throws {Fault} `validation_failed` with an issue for each: `unknown_file`, `file_not_uploaded`, `file_too_large`, `too_many_files`.
 */
export async function takeAnswerFiles(
  world: World,
  wait: WaitRow,
  actor: string,
  output: Json,
  paths: string[][],
): Promise<Json> {
  const given = paths.map((path) => ({ at: path, ...givenAt(output, path) }))
  const { files, issues } = await findFiles(world, wait.orgId, given, (row) => mayUse(row, actor))
  if (issues.length > 0) throw refuse(issues)
  const rows = new Map([...files.values()].map((row) => [row.id, row]))
  const now = instant(world.clock.now())
  for (const row of rows.values()) {
    if (await bindFile(world, row, wait.runId, now)) continue
    throw refuse(given.filter(({ path }) => files.get(path)?.id === row.id).map(unknownFile))
  }
  return given.reduce((told, { at, path }) => replaceAt(told, at, tellFile(files.get(path)!)), output)
}

function mayUse({ createdBy, shareId }: FileRow, actor: string): boolean {
  return createdBy === actor || (shareId === undefined && !outsiders.test(actor))
}

function givenAt(output: Json, path: string[]): GivenFile {
  const value = path.reduce((inner, name) => (inner as JsonObject)[name] ?? null, output)
  return { name: path.at(-1)!, path: pointerOf(path), value }
}

function replaceAt(value: Json, [name, ...rest]: string[], by: Json): Json {
  if (name === undefined) return by
  const object = value as JsonObject
  return { ...object, [name]: replaceAt(object[name] ?? null, rest, by) }
}
