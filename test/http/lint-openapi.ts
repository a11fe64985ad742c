import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const cli = join(import.meta.dirname, '../../node_modules/@redocly/cli/bin/cli.js')
const config = join(import.meta.dirname, 'redocly.yaml')

/** What an independent linter has against a document, as text; empty if nothing. */
export async function lintOpenApi(document: unknown): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-openapi-'))
  const file = join(folder, 'openapi.json')
  await writeFile(file, JSON.stringify(document, null, 2))
  const quiet = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', NO_COLOR: '1' }
  try {
    return await new Promise((resolve) => {
      const options = { cwd: folder, env: { ...process.env, ...quiet }, maxBuffer: 16 * 1024 * 1024 }
      execFile(
        process.execPath,
        [cli, 'lint', '--config', config, '--format=stylish', file],
        options,
        (error, stdout, stderr) => resolve(error ? `${stdout}${stderr}` || error.message : ''),
      )
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
