import { type ChildProcess, fork } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { limits } from './limits.ts'

const folder = import.meta.dirname

/** Files a child may read: this folder, the two packages it needs, and the package.json that says how to read them. */
function readable(): string[] {
  const require = createRequire(import.meta.url)
  const packages = ['jsonata', 're2js'].flatMap((name) => packageFolders(name, require))
  return [folder, join(folder, '..', '..', 'package.json'), ...packages]
}

// With a linked node_modules, both the link and what it points to are read.
function packageFolders(name: string, require: NodeJS.Require): string[] {
  const linked = (require.resolve.paths(name) ?? []).map((path) => join(path, name))
  const real = dirname(findManifest(fileURLToPath(import.meta.resolve(name))))
  return [...new Set([real, ...linked.filter((path) => sameFolder(path, real))])]
}

function sameFolder(path: string, real: string): boolean {
  try {
    return realpathSync(path) === realpathSync(real)
  } catch {
    return false
  }
}

function findManifest(file: string): string {
  const parts = file.split('/node_modules/')
  const inside = parts.at(-1)!.split('/')[0]!
  return join(parts.slice(0, -1).join('/node_modules/'), 'node_modules', inside, 'package.json')
}

/** Starts a child that can do nothing but evaluate. */
export function startChild(): ChildProcess {
  return fork(join(folder, 'child.ts'), {
    env: {},
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [
      `--max-old-space-size=${limits.childHeapMegabytes}`,
      '--disable-proto=throw',
      '--no-addons',
      '--permission',
      // Or every folder above would have to be readable, to see whether it is a link.
      '--preserve-symlinks',
      '--preserve-symlinks-main',
      ...readable().map((path) => `--allow-fs-read=${path}`),
    ],
  })
}
