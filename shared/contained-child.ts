import { type ChildProcess, fork } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a child process that runs what others wrote is given (hardening.md 2.1). */
export interface Containment {
  /** Its main file. */
  file: string
  /** Files and folders that it may read: its own, and the package.json that says how to read them. */
  readable: string[]
  /** Packages that it may read. */
  packages: string[]
  heapMegabytes: number
}

/** Starts a child with no environment, no files but those named, no add-ons and little memory. */
export function forkContained({ file, readable, packages, heapMegabytes }: Containment): ChildProcess {
  const require = createRequire(import.meta.url)
  const folders = packages.flatMap((name) => packageFolders(name, require))
  return fork(file, {
    // Every machine has the same hours.
    env: { TZ: 'UTC' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [
      `--max-old-space-size=${heapMegabytes}`,
      // By default young objects are given so large a part of so small a heap that most of the time goes into collecting.
      `--max-semi-space-size=${Math.ceil(heapMegabytes / 16)}`,
      '--disable-proto=throw',
      '--no-addons',
      '--permission',
      // Or every folder above would have to be readable, to see whether it is a link.
      '--preserve-symlinks',
      '--preserve-symlinks-main',
      ...[...readable, ...folders].map((path) => `--allow-fs-read=${path}`),
    ],
  })
}

// With a linked node_modules, both the link and what it points to are read.
function packageFolders(name: string, require: NodeJS.Require): string[] {
  const linked = (require.resolve.paths(name) ?? []).map((path) => join(path, name))
  const real = dirname(findManifest(fileURLToPath(import.meta.resolve(name)), name))
  return [...new Set([real, ...linked.filter((path) => sameFolder(path, real))])]
}

function sameFolder(path: string, real: string): boolean {
  try {
    return realpathSync(path) === realpathSync(real)
  } catch {
    return false
  }
}

function findManifest(file: string, name: string): string {
  const before = file.slice(0, file.lastIndexOf('/node_modules/'))
  return join(before, 'node_modules', name, 'package.json')
}
