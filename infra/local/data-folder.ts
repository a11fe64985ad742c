import { randomBytes } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Rises when a release writes data that an older one could not read. */
const dataFormat = 1

/** A reason why the local account cannot start, said in one sentence. */
export class CannotStart extends Error {}

/** The folder in which the local account keeps everything. */
export interface DataFolder {
  path: string
  /** This start's AWS credentials; made once, kept with mode 0600. */
  credentials: { accessKeyId: string; secretAccessKey: string }
  /** True if the folder was made just now. */
  fresh: boolean
}

/**
 * Opens or makes the data folder.
 *
 * @throws {CannotStart} if it cannot be written, or holds data of a newer release.
 */
export function openDataFolder(path: string): DataFolder {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    accessSync(path, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new CannotStart(
      `The data folder ${path} cannot be written (${(error as NodeJS.ErrnoException).code}). Set SLUICE_DATA to a folder that can.`,
    )
  }
  const fresh = checkFormat(join(path, 'format'), path)
  return { path, credentials: readCredentials(join(path, 'keys')), fresh }
}

function checkFormat(file: string, path: string): boolean {
  if (!existsSync(file)) {
    writeFileSync(file, `${dataFormat}\n`)
    return true
  }
  const found = Number(readFileSync(file, 'utf8'))
  if (found === dataFormat) return false
  throw new CannotStart(
    found > dataFormat
      ? `The data in ${path} was written by a newer Sluice (format ${found}, this one reads ${dataFormat}). Start that release, or set SLUICE_DATA to another folder.`
      : `The file ${file} does not hold a data format that this Sluice knows. Set SLUICE_DATA to another folder.`,
  )
}

function readCredentials(file: string): DataFolder['credentials'] {
  if (!existsSync(file)) {
    const made = {
      accessKeyId: `AKIA${randomBytes(10).toString('hex').toUpperCase().slice(0, 16)}`,
      secretAccessKey: randomBytes(30).toString('base64'),
    }
    writeFileSync(file, JSON.stringify(made), { mode: 0o600 })
    return made
  }
  return JSON.parse(readFileSync(file, 'utf8')) as DataFolder['credentials']
}
