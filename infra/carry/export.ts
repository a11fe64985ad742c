import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ask } from './ask.ts'
import { CannotCarry, ending, endsOf, readOptions, run } from './options.ts'

const usage = `npm run export -- --url <address> --key <API key of an admin> --folder <folder> [--version latest]

  writes every flow of the key's organisation into the folder, one file for each; npm run import brings them elsewhere.
  Drafts are written; with --version latest what was published last, and drafts where nothing was.
  SLUICE and KEY may say address and key.`

interface Page {
  data: { ref: string }[]
  masked: { id: string; pointers: string[] }[]
  leftOut: { id: string; name: string; reason: string }[]
  nextCursor: string | null
}

async function exportFlows(args: string[], env: NodeJS.ProcessEnv): Promise<void> {
  const { version = 'draft', ...given } = readOptions(args, ['url', 'key', 'folder', 'version'], usage)
  const ends = endsOf(given, env, usage)
  const { folder } = ends
  // What is gone from the organisation would stay among the others.
  if (existsSync(folder) && readdirSync(folder).some((name) => name.endsWith(ending)))
    throw new CannotCarry(`There are flows in ${folder} already: name another folder`)
  const written = new Set<string>()
  const list = `/v1/organisation/export?limit=100&version=${encodeURIComponent(version)}`
  let from = ''
  do {
    const page = await ask<Page>(ends, { method: 'GET', path: `${list}${from}` })
    mkdirSync(folder, { recursive: true })
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

if (import.meta.main) run(() => exportFlows(process.argv.slice(2), process.env))
