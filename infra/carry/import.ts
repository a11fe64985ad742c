import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ask } from './ask.ts'
import { CannotCarry, type Ends, ending, readEnds, run } from './options.ts'

const usage = `npm run import -- --url <address> --key <API key of an admin> --folder <folder>

  makes new, unpublished flows of the files that npm run export has written, has them call each other as they did, and prints
  old and new ids. SLUICE and KEY may say address and key.`

/** What is read of an export; the service reads the rest. */
interface Document {
  ref: string
  flow: { name: string; definition: unknown }
  requires: { flows: { ref: string }[] }
}

interface Imported {
  flow: { _id: string }
  warnings: { code: string; message: string }[]
}

async function importFlows(ends: Ends): Promise<void> {
  const documents = readDocuments(ends.folder)
  const newIds = new Map<string, string>()
  const once = randomUUID()
  for (const document of documents) {
    const idempotencyKey = `${once}-${document.ref}`
    const request = { method: 'POST', path: '/v1/flow/import', body: document, idempotencyKey } as const
    const { flow, warnings } = await ask<Imported>(ends, request)
    newIds.set(document.ref, flow._id)
    console.log(`${document.ref} -> ${flow._id}  ${document.flow.name}`)
    for (const { code, message } of warnings) {
      // Those that come along are put in afterwards, when all have ids.
      if (code !== 'missing_flow') console.log(`  ${message}`)
    }
  }
  for (const document of documents) await connect(ends, document, newIds)
  console.log(`${documents.length} flows were imported. Publish those that others call first.`)
}

function readDocuments(folder: string): Document[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(ending))
  if (names.length === 0) throw new CannotCarry(`There are no flows (*${ending}) in ${folder}`)
  return names.sort().map((name) => readDocument(join(folder, name)))
}

function readDocument(file: string): Document {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Document
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new CannotCarry(`${file} is no JSON as npm run export writes it: ${error.message}`)
  }
}

/** Puts the new ids into the steps that call other flows: these may call each other in a circle. */
async function connect(ends: Ends, { ref, flow, requires }: Document, newIds: Map<string, string>) {
  for (const called of requires.flows)
    if (!newIds.has(called.ref)) console.log(`${flow.name} calls ${called.ref}, which is not in the folder`)
  if (!requires.flows.some((called) => newIds.has(called.ref))) return
  const definition = JSON.parse(
    JSON.stringify(flow.definition),
    (_, value) => calledIn(value, newIds) ?? value,
  )
  await ask(ends, { method: 'PATCH', path: `/v1/flow/${newIds.get(ref)}`, body: { definition } })
}

/** The new id of the flow that stands as `{"$flow": ref}`. */
function calledIn(value: unknown, newIds: Map<string, string>): string | undefined {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 1) return undefined
  return '$flow' in value ? newIds.get(String(value.$flow)) : undefined
}

if (import.meta.main) run(async () => importFlows(readEnds(process.argv.slice(2), process.env, usage)))
