import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { type BuildOptions, type BuildResult, build, type Metafile, type Plugin } from 'esbuild'
import { rendererFiles } from '../shared/faces/own/renderer.ts'
import { doors } from './doors.ts'

const top = join(import.meta.dirname, '..')

/** Where the bundles lie: one folder per door. */
export const bundles = join(top, 'dist', 'functions')

/** What a door weighs, minified, in bytes. */
export interface Weight {
  /** `index.mjs` and what it imports statically: all that a waking function reads before its first event. */
  entry: number
  /** The chunks that `import()` reads when a call needs them first. */
  later: number
}

/** A built door. */
export interface Bundle {
  /** The file that Lambda loads. */
  file: string
  /** The chunks that its work can reach; what stands behind the route table is there for its paths alone. */
  chunks: string[]
  /** Source files of which something is in those. */
  inputs: string[]
  /** SDK commands that its code can send, e.g. `StartExecution`: what nothing sends, esbuild leaves out. */
  commands: string[]
  weight: Weight
}

/** True if every door has a bundle, of whatever state of the code. */
export function areBundled(from = bundles): boolean {
  return doors.every(({ door }) => existsSync(join(from, door, 'index.mjs')))
}

/** Builds every door: an entry and the chunks that it reads only when it needs them. */
export async function bundleDoors(into = bundles): Promise<Map<string, Bundle>> {
  rmSync(into, { recursive: true, force: true })
  // Each is the same wherever it is needed, so it is built once.
  const clients = new Map<string, Promise<BuildResult<ClientBuild>>>()
  const clientOf = (name: string, folder: string) => {
    const built = clients.get(name) ?? buildClient(name, folder)
    clients.set(name, built)
    return built
  }
  return new Map(
    await Promise.all(
      doors.map(async ({ door }) => [door, await bundleDoor(door, join(into, door), clientOf)] as const),
    ),
  )
}

const common = {
  absWorkingDir: top,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  minify: true,
  legalComments: 'none',
  charset: 'utf8',
  sourcemap: 'linked',
  // Traces need names and lines; the text of the sources would be most of what is deployed.
  sourcesContent: false,
  mainFields: ['module', 'main'],
  conditions: ['module'],
  alias: {
    '@aws-sdk/credential-provider-node': join(top, 'shared/aws/lambda-credentials.ts'),
    // asl-validator asks for any JSONata; machines speak 2.0.6, and 2.2.2 is the local account's alone (aws.md 6.4).
    jsonata: 'jsonata-206',
  },
  // CommonJS dependencies call require, which an ES module does not have.
  banner: { js: "import{createRequire as __r}from'node:module';const require=__r(import.meta.url);" },
  logLevel: 'warning',
} satisfies BuildOptions

async function bundleDoor(door: string, folder: string, clientOf: typeof buildClient): Promise<Bundle> {
  mkdirSync(folder, { recursive: true })
  const { metafile } = await build({
    ...common,
    entryPoints: { index: `functions/${door}.ts` },
    outdir: folder,
    splitting: true,
    metafile: true,
    plugins: [onlyVersions, apart],
  })
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}\n')
  const asked = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path))
  if (door === 'script') await bundleSandbox(folder)
  if (door === 'own') layRenderer(folder)
  const apartInputs: string[] = []
  for (const name of clientsApart)
    if (asked.includes(`./${name}.mjs`)) apartInputs.push(...layClient(await clientOf(name, folder), folder))
  const chunks = chunksOfWork(metafile.outputs)
  const inputs = inputsOf(metafile.outputs, chunks)
  return {
    file: join(folder, 'index.mjs'),
    chunks: chunks.map((name) => join(top, name)),
    inputs,
    commands: [...inputs, ...apartInputs].flatMap((name) => sdkCommand.exec(name)?.[1] ?? []),
    weight: weigh(metafile.outputs),
  }
}

const sdkCommand = /@aws-sdk\/(?:client-[a-z0-9-]+|lib-dynamodb)\/dist-es\/commands\/(\w+)Command\.js$/

/** Imported by `own` for paths and methods alone: `serve` lets no door do another's work. */
const routeTable = 'shared/faces/index.ts'

function chunksOfWork(outputs: Metafile['outputs']): string[] {
  const isTable = (path: string) => outputs[path]?.entryPoint === routeTable
  return [...reached(outputs, ({ path, kind }) => kind === 'import-statement' || !isTable(path))]
}

function inputsOf(outputs: Metafile['outputs'], chunks: string[]): string[] {
  const inputs = chunks.flatMap((chunk) =>
    Object.entries(outputs[chunk]?.inputs ?? {}).flatMap(([name, { bytesInOutput }]) =>
      bytesInOutput > 0 ? [name] : [],
    ),
  )
  return [...new Set(inputs)]
}

/**
 * Clients of services with a REST protocol are bundled by themselves: in one bundle with the others their protocol would be
 * read by every door when it wakes, since the SDK's cores import all of theirs in one file. So their errors are told by
 * name, not by class.
 */
const clientsApart = ['s3-client', 'scheduler-client', 'mail-client', 'connections-client']

const apart: Plugin = {
  name: 'clients-apart',
  setup(at) {
    at.onResolve({ filter: new RegExp(`/(${clientsApart.join('|')})\\.ts$`) }, ({ path, kind }) => {
      const name = basename(path, '.ts')
      return kind === 'dynamic-import' ? { path: `./${name}.mjs`, external: true } : null
    })
  },
}

type ClientBuild = BuildOptions & { metafile: true; write: false }

/** Builds a client for folders beside this one. */
function buildClient(name: string, folder: string): Promise<BuildResult<ClientBuild>> {
  return build({
    ...common,
    entryPoints: { [name]: `shared/aws/${name}.ts` },
    outdir: folder,
    metafile: true,
    write: false,
    plugins: [onlyVersions],
  })
}

/** @returns the source files of which something is in it. */
function layClient({ outputFiles, metafile }: BuildResult<ClientBuild>, folder: string): string[] {
  for (const { path, contents } of outputFiles) writeFileSync(join(folder, basename(path)), contents)
  return inputsOf(metafile.outputs, Object.keys(metafile.outputs))
}

/**
 * The child that runs scripts: a file of its own, which reads nothing else but the WebAssembly beside it, since the child may
 * read this folder alone.
 */
async function bundleSandbox(folder: string): Promise<void> {
  await build({
    ...common,
    entryPoints: { child: 'shared/scripts/child.ts' },
    outdir: folder,
  })
  const wasm = createRequire(import.meta.url).resolve('@jitl/quickjs-wasmfile-release-sync/wasm')
  copyFileSync(wasm, join(folder, 'emscripten-module.wasm'))
}

/** What draws the documents' page is no code of the function: files beside it, with the licences they ask to go along. */
function layRenderer(folder: string): void {
  const { resolve } = createRequire(import.meta.url)
  for (const name of [...rendererFiles, 'swagger-ui-bundle.js.LICENSE.txt'])
    copyFileSync(resolve(`swagger-ui-dist/${name}`), join(folder, name))
}

/** The SDK's clients import their package.json whole, to say their version. */
const onlyVersions: Plugin = {
  name: 'only-versions',
  setup(at) {
    at.onLoad({ filter: /[\\/]@aws-sdk[\\/][^\\/]+[\\/]package\.json$/ }, ({ path }) => {
      const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string }
      return { contents: JSON.stringify({ version }), loader: 'json' }
    })
  },
}

type Import = Metafile['outputs'][string]['imports'][number]

/** The chunks that the entry leads to by imports of some kind. */
function reached(outputs: Metafile['outputs'], follow: (imported: Import) => boolean): Set<string> {
  const seen = new Set<string>()
  const left = Object.keys(outputs).filter((name) => basename(name) === 'index.mjs')
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    if (seen.has(name)) continue
    seen.add(name)
    const imports = outputs[name]?.imports ?? []
    left.push(...imports.filter((imported) => !imported.external && follow(imported)).map(({ path }) => path))
  }
  return seen
}

function weigh(outputs: Metafile['outputs']): Weight {
  const code = Object.keys(outputs).filter((name) => name.endsWith('.mjs'))
  const first = reached(outputs, ({ kind }) => kind === 'import-statement')
  const bytes = (names: string[]) => names.reduce((sum, name) => sum + (outputs[name]?.bytes ?? 0), 0)
  return { entry: bytes([...first]), later: bytes(code.filter((name) => !first.has(name))) }
}

/** How long a fresh process takes to import a bundle, in milliseconds. */
function importMs(file: string): number {
  const script = `const t=performance.now();await import(${JSON.stringify(file)});console.log(performance.now()-t)`
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }))
}

if (import.meta.main) {
  const started = Date.now()
  const built = await bundleDoors()
  const took = Date.now() - started
  const kilobytes = (bytes: number) => `${(bytes / 1024).toFixed(0).padStart(5)} KB`
  for (const [door, { file, weight }] of built)
    console.log(
      `${door.padEnd(10)}${kilobytes(weight.entry)} at the start, ${kilobytes(weight.later)} when needed, ` +
        `imported in ${importMs(file).toFixed(0).padStart(4)} ms`,
    )
  console.log(`${built.size} functions bundled in ${took} ms`)
}
