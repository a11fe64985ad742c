import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { forkContained } from '../contained-child.ts'
import { limits } from './limits.ts'

const folder = import.meta.dirname

/** Starts a child that can do nothing but evaluate. */
export function startChild(): ChildProcess {
  return forkContained({
    file: join(folder, 'child.ts'),
    readable: [folder, join(folder, '..', '..', 'package.json')],
    packages: ['jsonata', 're2js'],
    heapMegabytes: limits.childHeapMegabytes,
  })
}
