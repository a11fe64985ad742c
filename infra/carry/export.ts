import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ask } from './ask.ts'
import { CannotCarry, type Ends, ending, readEnds, run } from './options.ts'

const usage = `npm run export -- --url <address> --key <API key of an admin> --folder <folder>

  writes every flow of the key's organisation into the folder, one file for each; npm run import brings them elsewhere.
  SLUICE and KEY may say address and key.`

interface Page {
  data: { ref: string }[]
  masked: { id: string; pointers: string[] }[]
  leftOut: { id: string; name: string; reason: string }[]
  nextCursor: string | null
}

async function exportFlows(ends: Ends): Promise<void> {
  const { folder } = ends
  // What is gone from the organisation would stay among the others.
  if (existsSync(folder) && readdirSync(folder).some((name) => name.endsWith(ending)))
    throw new CannotCarry(`There are flows in ${folder} already: name another folder`)
  mkdirSync(folder, { recursive: true })
  const written = new Set<string>()
  let from = ''
  do {
    const page = await ask<Page>(ends, { method: 'GET', path: `/v1/organisation/export?limit=100${from}` })
    // One that was changed meanwhile comes again.
    for (const document of page.data) {
      written.add(document.ref)
      writeFileSync(join(folder, document.ref + ending), `${JSON.stringify(document, null, 2)}\n`)
    }
    tell(page)
    from = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`
  } while (from !== '')
  console.log(`${written.size} flows are in ${folder}`)
}

function tell({ masked, leftOut }: Page): void {
  for (const { id, pointers } of masked)
    console.log(`${id}: literal credentials were taken out, at ${pointers.join(', ')}`)
  for (const { id, name, reason } of leftOut) {
    console.error(`${id} (${name}) is left out: ${reason}`)
    process.exitCode = 1
  }
}

if (import.meta.main) run(async () => exportFlows(readEnds(process.argv.slice(2), process.env, usage)))
