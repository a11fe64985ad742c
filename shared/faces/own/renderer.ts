import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

/** The files of Swagger UI that a page needs. `infra/bundle.ts` lays them beside the function that serves them. */
export const rendererFiles = ['swagger-ui-bundle.js', 'swagger-ui.css'] as const

export type RendererFile = (typeof rendererFiles)[number]

const read = new Map<RendererFile, string>()

/** One of them as text: read from disk by the first who asks. */
export function readRenderer(name: RendererFile): string {
  const known = read.get(name) ?? readFileSync(pathOf(name), 'utf8')
  read.set(name, known)
  return known
}

function pathOf(name: RendererFile): string {
  return import.meta.filename.endsWith('.ts')
    ? createRequire(import.meta.url).resolve(`swagger-ui-dist/${name}`)
    : join(import.meta.dirname, name)
}
