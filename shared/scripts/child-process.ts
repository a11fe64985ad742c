import type { ChildProcess } from 'node:child_process'
import { extname, join } from 'node:path'
import { forkContained } from '../contained-child.ts'
import { limits } from './limits.ts'

const folder = import.meta.dirname
/** In a bundle the child lies beside its parent, in one file with all that it needs. */
const isBundled = extname(import.meta.filename) !== '.ts'

/** Starts a child that can do nothing but run scripts. */
export function startChild(): ChildProcess {
  if (isBundled) {
    const file = join(folder, 'child.mjs')
    return forkContained({
      file,
      readable: [folder],
      packages: [],
      heapMegabytes: limits.childHeapMegabytes,
    })
  }
  const shared = join(folder, '..')
  return forkContained({
    file: join(folder, 'child.ts'),
    readable: [
      folder,
      join(shared, 'strict-json.ts'),
      join(shared, 'pointer.ts'),
      join(shared, '..', 'package.json'),
    ],
    packages: ['quickjs-emscripten-core', '@jitl/quickjs-ffi-types', '@jitl/quickjs-wasmfile-release-sync'],
    heapMegabytes: limits.childHeapMegabytes,
  })
}
