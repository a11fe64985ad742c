import * as z from 'zod'
import { parseText } from '../definitions/text.ts'
import { Fault, type Issue } from '../faults.ts'
import { pointerOf } from '../pointer.ts'
import type { Json, JsonObject } from '../world.ts'
import { exportFormat, exportFormatVersion, mostBundled } from './export-document.ts'

/** One flow of what is imported. */
export interface IncomingFlow {
  /** What placeholders call it; null if nothing can. */
  ref: string | null
  name?: string | undefined
  description?: string | null | undefined
  tags?: string[] | undefined
  /** As it came: a text stays as it was written. */
  definition: string | JsonObject
  document: JsonObject
  /** Pointers of the flow and of its definition in what came. */
  path: string
  definitionPath: string
}

/** What is imported, read. */
export interface Incoming {
  /** The first one is the flow itself, the others came in its bundle. */
  flows: IncomingFlow[]
  requires: { secrets: string[]; flows: { ref: string }[]; features: string[]; returnUrls: string[] }
  /** Pointer of the document in what came. */
  path: string
  name: string | undefined
  /** What placeholders mean: flows of the organisation by name. */
  known: Record<string, string>
  dryRun: boolean
}

// What was sent has been read as JSON: only its outer form is judged here.
const object = z.custom<JsonObject>(isObject, 'must be an object')
const uuid = z.string().regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'must be the id of a flow')
const ref = z.string().min(1).max(64)

const wrapper = z.strictObject({
  document: z.union([z.string(), object]),
  name: z.string().optional(),
  flows: z
    .record(ref, uuid)
    .refine((flows) => Object.keys(flows).length <= 100, 'may name at most 100 flows')
    .optional(),
  dryRun: z.boolean().optional(),
})

const travelling = z.object({
  name: z.string(),
  description: z.string().nullish(),
  tags: z.array(z.string()).optional(),
  definition: z.union([z.string(), object]),
})
const names = z.array(z.string()).max(1000).default([])
const nothing = { secrets: [], flows: [], features: [], returnUrls: [] }

/** Members of later minor changes are not read; what this format means changes with `formatVersion`. */
const exported = z.object({
  formatVersion: z.int().min(1),
  ref: ref.optional(),
  flow: travelling,
  requires: z
    .object({
      secrets: names,
      flows: z.array(z.object({ ref })).max(1000).default([]),
      features: names,
      returnUrls: names,
    })
    .default(nothing),
  flows: z
    .array(z.object({ ref, flow: travelling }))
    .max(mostBundled - 1)
    .default([]),
})

/**
 * Reads what was sent to be imported: an export, a bare definition of any dialect, or either in `{document, …}`; each as an
 * object or as YAML or JSON text.
 *
 * @throws {Fault} `validation_failed`: not a known form, a format of a later release, a text that cannot be read.
 */
export function readIncoming(sent: string | JsonObject): Incoming {
  const top = readSent(sent, '')
  if (!Object.hasOwn(top, 'document'))
    return { ...readDocument(sent, top, ''), name: undefined, known: {}, dryRun: false }
  const { document, name, flows: known = {}, dryRun = false } = readAs(wrapper, top, '')
  const inner = readSent(document, '/document')
  const read = readDocument(document, inner, '/document')
  return { ...read, name, known, dryRun }
}

/** Only objects can be imported. */
function readSent(sent: string | JsonObject, path: string): JsonObject {
  const value = typeof sent === 'string' ? readTextAt(sent, path) : sent
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw refused([{ path, code: 'invalid_type', message: 'Only an object can be imported' }])
}

function readTextAt(text: string, path: string): Json {
  try {
    return parseText(text).value
  } catch (error) {
    throw error instanceof Fault ? placed(error, { '/definition': path }) : error
  }
}

function readDocument(
  sent: string | JsonObject,
  document: JsonObject,
  path: string,
): Pick<Incoming, 'flows' | 'requires' | 'path'> {
  if (document.format === exportFormat) return readExport(document, path)
  const { nodes, steps, flowType, format } = document
  const isDefinition = isObject(nodes) || Array.isArray(steps) || typeof flowType === 'string'
  if (!isDefinition || format !== undefined) {
    const message = `Expected an export ("format": "${exportFormat}") or a definition with nodes or steps`
    throw refused([{ path, code: 'unknown_form', message }])
  }
  const flow = { ref: null, definition: sent, document, path, definitionPath: path }
  return { flows: [flow], requires: nothing, path }
}

function readExport(document: JsonObject, path: string): Pick<Incoming, 'flows' | 'requires' | 'path'> {
  const { formatVersion } = document
  if (typeof formatVersion === 'number' && formatVersion > exportFormatVersion) {
    const message = `This release reads formatVersion ${exportFormatVersion}; the document has ${formatVersion}`
    throw refused([{ path: `${path}/formatVersion`, code: 'unknown_version', message }])
  }
  const { ref: own = null, flow, requires, flows } = readAs(exported, document, path)
  const along = flows.map((one, index) => incoming(one.ref, one.flow, `${path}/flows/${index}/flow`))
  const twice = [own, ...flows.map((one) => one.ref)].findIndex(
    (name, index, all) => name !== null && all.indexOf(name) !== index,
  )
  if (twice > 0) {
    const issue = { code: 'duplicate', message: `Two flows are called ${flows[twice - 1]?.ref}` }
    throw refused([{ path: `${path}/flows/${twice - 1}/ref`, ...issue }])
  }
  return { flows: [incoming(own, flow, `${path}/flow`), ...along], requires, path }
}

function incoming(ref: string | null, flow: z.output<typeof travelling>, path: string): IncomingFlow {
  const { name, description, tags, definition } = flow
  const definitionPath = `${path}/definition`
  const document = readSent(definition, definitionPath)
  return { ref, name, description, tags, definition, document, path, definitionPath }
}

function readAs<T>(schema: z.ZodType<T>, value: JsonObject, path: string): T {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  throw refused(
    read.error.issues.map((issue) => ({
      path: path + pointerOf([...issue.path, ...('keys' in issue ? [issue.keys[0] ?? ''] : [])]),
      code: issue.code === 'unrecognized_keys' ? 'unknown_member' : issue.code,
      message: issue.message,
    })),
  )
}

/** The refusal with the places that what was sent knows. @param to where paths begin, by how they begin in the refusal. */
export function placed(fault: Fault, to: Record<string, string>): Fault {
  const { issues = [], ...details } = fault.details
  const moved = issues.map((issue) => {
    const from = Object.keys(to).find((start) => issue.path === start || issue.path.startsWith(`${start}/`))
    return from === undefined ? issue : { ...issue, path: to[from] + issue.path.slice(from.length) }
  })
  return new Fault(fault.code, fault.message, { ...details, issues: moved }, fault.cause)
}

/** The refusal of what cannot be imported. */
export function refused(issues: Issue[]): Fault {
  const count = issues.length === 1 ? 'a problem' : `${issues.length} problems`
  return new Fault('validation_failed', `The import has ${count}`, { issues })
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
