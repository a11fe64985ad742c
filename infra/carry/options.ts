import { parseArgs } from 'node:util'

/** A reason why flows cannot be carried, said in one sentence. */
export class CannotCarry extends Error {}

/** How files are called, after the id of their flow. */
export const ending = '.flow.json'

/** Between which ends flows are carried. */
export interface Ends {
  /** Address of the service, without a slash at its end. */
  url: string
  /** An API key of an admin. */
  key: string
  folder: string
}

/**
 * Reads `--url`, `--key` and `--folder`; the first two may stand in SLUICE and KEY, where other people of the machine do not
 * see them.
 *
 * @throws {CannotCarry}
 */
export function readEnds(args: string[], env: NodeJS.ProcessEnv, usage: string): Ends {
  return endsOf(readOptions(args, ['url', 'key', 'folder'], usage), env, usage)
}

/** The same of options that were read with others. @throws {CannotCarry} */
export function endsOf(given: Partial<Record<string, string>>, env: NodeJS.ProcessEnv, usage: string): Ends {
  const { url = env.SLUICE, key = env.KEY, folder } = given
  if (!url || !key || !folder) throw new CannotCarry(usage)
  if (!URL.canParse(url))
    throw new CannotCarry(`--url "${url}" is no address such as https://flows.example.com`)
  return { url: url.replace(/\/+$/, ''), key, folder }
}

/** The texts of options, by name. @throws {CannotCarry} for an option that is none of them. */
export function readOptions(args: string[], names: string[], usage: string): Partial<Record<string, string>> {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' } as const]))
  try {
    return parseArgs({ args, options }).values as Partial<Record<string, string>>
  } catch (error) {
    throw new CannotCarry(`${(error as Error).message}\n\n${usage}`)
  }
}

/** Runs a command; what cannot be done is told in its sentence, and so is what a folder or a file refuses. */
export function run(command: () => Promise<void>): void {
  command().catch((error: NodeJS.ErrnoException) => {
    if (!(error instanceof CannotCarry) && error.syscall === undefined) throw error
    console.error(error.message)
    process.exitCode = 1
  })
}
