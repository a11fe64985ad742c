import { writeYaml } from '../definitions/write-yaml.ts'
import type { Json } from '../world.ts'
import type { ExportDocument } from './export-document.ts'

/** Names of devices on some systems, whatever ending they have. */
const device = /^(?:con|prn|aux|nul|com\d|lpt\d)$/

/** A name under which the export can be kept anywhere: `renewal-risk.flow.json`. */
export function exportFileName({ flow }: ExportDocument, format: 'json' | 'yaml'): string {
  const words = flow.name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 80)
    .replace(/^-+|-+$/g, '')
  const name = words === '' || device.test(words) ? `flow${words && `-${words}`}` : words
  return `${name}.flow.${format}`
}

/** The export as YAML text. */
export function exportYaml(document: ExportDocument): string {
  return writeYaml(document as unknown as Json)
}
