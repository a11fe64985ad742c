import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, type Metafile } from 'esbuild'
import { doors } from './doors.ts'

const top = join(import.meta.dirname, '..')

/** Where the bundles lie: one folder per door. */
export const bundles = join(top, 'dist', 'functions')

/** Builds every door into one minified file each; gives esbuild's account of what went in. */
export async function bundleDoors(into = bundles): Promise<Map<string, Metafile>> {
  rmSync(into, { recursive: true, force: true })
  const metafiles = new Map<string, Metafile>()
  for (const { door } of doors) {
    const folder = join(into, door)
    mkdirSync(folder, { recursive: true })
    const { metafile } = await build({
      absWorkingDir: top,
      entryPoints: [`functions/${door}.ts`],
      outfile: join(folder, 'index.mjs'),
      bundle: true,
      platform: 'node',
      target: 'node24',
      format: 'esm',
      minify: true,
      sourcemap: 'external',
      metafile: true,
      mainFields: ['module', 'main'],
      conditions: ['module'],
      // CommonJS dependencies call require, which an ES module does not have.
      banner: { js: "import{createRequire as __r}from'node:module';const require=__r(import.meta.url);" },
      logLevel: 'warning',
    })
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}\n')
    metafiles.set(door, metafile)
  }
  return metafiles
}

if (import.meta.main) {
  const started = Date.now()
  const metafiles = await bundleDoors()
  for (const [door, metafile] of metafiles) {
    const file = Object.entries(metafile.outputs).find(([name]) => name.endsWith('.mjs'))
    console.log(`${door.padEnd(10)} ${((file?.[1].bytes ?? 0) / 1024).toFixed(0).padStart(5)} KB`)
  }
  console.log(`${metafiles.size} functions bundled in ${Date.now() - started} ms`)
}
