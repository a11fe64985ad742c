import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

/** The rooms of the house: the first prefix that fits a file names its room. */
const rooms: [prefix: string, room: string][] = [
  ['infra/local/', 'local account'],
  ['infra/doors.ts', 'doors'],
  ['infra/admin.ts', 'operator'],
  ['infra/', 'infra'],
  ['functions/', 'functions'],
  ['shared/faces/', 'faces'],
  ['shared/http/', 'http'],
  ['shared/core/', 'core'],
  ['shared/definitions/graph.ts', 'graph'],
  ['shared/definitions/', 'definitions'],
  ['shared/compile/', 'compile'],
  ['shared/steps/', 'steps'],
  ['shared/asl/', 'asl'],
  ['shared/expressions/pool.ts', 'pool'],
  ['shared/expressions/', 'expressions'],
  ['shared/scripts/', 'scripts'],
  ['shared/store/table.ts', 'table'],
  ['shared/store/bucket.ts', 'table'],
  ['shared/store/stream-filters.ts', 'table'],
  ['shared/store/', 'store'],
  ['shared/aws/', 'aws'],
  ['shared/', 'ground'],
]

/** Which room may import which: the arrows of the house. Everything may import the ground, and itself. */
const arrows: Record<string, string[]> = {
  // Of asl only the events that machines send to the functions.
  functions: ['faces', 'http', 'core', 'aws', 'asl', 'scripts'],
  faces: ['http', 'core', 'steps'],
  http: ['core'],
  core: ['definitions', 'graph', 'compile', 'store', 'table', 'steps', 'asl', 'aws', 'expressions'],
  definitions: ['graph', 'steps', 'expressions'],
  compile: ['graph', 'steps', 'asl', 'expressions'],
  steps: ['graph', 'asl', 'expressions'],
  asl: ['steps', 'expressions'],
  store: ['aws', 'table'],
  infra: ['doors', 'table', 'faces'],
  // The command speaks to the function `admin` in the function's own types.
  operator: ['doors', 'functions', 'core', 'local account'],
  doors: [],
  'local account': ['doors', 'functions', 'core', 'aws', 'table', 'faces', 'pool', 'expressions', 'asl'],
  pool: ['expressions'],
  expressions: [],
  // Of asl only the event; nothing that holds a secret or reaches out.
  scripts: ['asl'],
  graph: [],
  table: [],
  aws: [],
  ground: [],
}

/** One import of a file of the house by another, both as paths from the top. */
export interface Arrow {
  from: string
  to: string
}

/** Every import between files of the house, read from the source text. */
export function readArrows(top: string): Arrow[] {
  return ['infra', 'functions', 'shared'].flatMap((folder) =>
    readdirSync(join(top, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.includes('node_modules'))
      .flatMap((name) => importsOf(top, join(folder, name))),
  )
}

const importing =
  /(?:^|\n)\s*(?:import|export)\s(?:[^'"]*?\sfrom\s)?['"](\.[^'"]+)['"]|import\(\s*['"](\.[^'"]+)['"]\s*\)/g

function importsOf(top: string, from: string): Arrow[] {
  const text = readFileSync(join(top, from), 'utf8')
  return [...text.matchAll(importing)].map((match) => ({
    from,
    to: relative(top, resolve(top, dirname(from), (match[1] ?? match[2])!)),
  }))
}

function roomOf(file: string): string {
  return rooms.find(([prefix]) => file.startsWith(prefix))?.[1] ?? 'outside'
}

/** The arrows that are not on the map, as sentences. */
export function wrongArrows(found: Arrow[]): string[] {
  return found.flatMap(({ from, to }) => {
    const [source, target] = [roomOf(from), roomOf(to)]
    const allowed = source === target || target === 'ground' || arrows[source]?.includes(target)
    return allowed ? [] : [`${from} (${source}) may not import ${to} (${target})`]
  })
}

/** Circles of imports, each as the path that closes it. */
export function circles(found: Arrow[]): string[] {
  const next = new Map<string, string[]>()
  for (const { from, to } of found) next.set(from, [...(next.get(from) ?? []), to])
  const done = new Set<string>()
  const closed: string[] = []
  const walk = (file: string, path: string[]): void => {
    const at = path.indexOf(file)
    if (at >= 0) closed.push([...path.slice(at), file].join(' -> '))
    if (at >= 0 || done.has(file)) return
    for (const to of next.get(file) ?? []) walk(to, [...path, file])
    done.add(file)
  }
  for (const file of next.keys()) walk(file, [])
  return closed
}
