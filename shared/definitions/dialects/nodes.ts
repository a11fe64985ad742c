import type { Dialect } from './dialect.ts'

/** The document as flow-language.md prints it: `metadata`, and `nodes` with `type`, `params`, `next`. */
export const nodes: Dialect = {
  name: 'nodes',
  recognises: () => true,
  convert: (document) => ({ document, findings: [], moved: new Map(), rewritten: new Set() }),
}
