import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib'

/** A whole folder as one compressed file: JSON of paths and base64 contents. */
export function packFolder(folder: string, file: string): void {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  const contents = paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, 'base64')])
  writeFileSync(file, brotliCompressSync(JSON.stringify(Object.fromEntries(contents))))
}

/** Lays such a folder out again, readable by its owner alone. */
export function unpackFolder(file: string, folder: string): void {
  const contents = JSON.parse(brotliDecompressSync(readFileSync(file)).toString()) as Record<string, string>
  for (const [path, text] of Object.entries(contents)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true, mode: 0o700 })
    writeFileSync(join(folder, path), Buffer.from(text, 'base64'), { mode: 0o600 })
  }
}
