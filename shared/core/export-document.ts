import type { JsonObject } from '../world.ts'

/** A flow as it travels. */
export interface PortableFlow {
  name: string
  description: string | null
  tags: string[]
  /** The document as an object in its own dialect. */
  definition: JsonObject
}

/** A flow that steps of the document call. */
export interface CalledFlow {
  /** Stands as `{"$flow": ref}` in definitions. */
  ref: string
  /** null if it is not here either. */
  name: string | null
  version: number | 'latest'
}

/** A called flow that travels along. */
export interface BundledFlow {
  ref: string
  /** null for a draft. */
  sourceVersion: number | null
  flow: PortableFlow
}

/** What `export` writes and `import` reads (dashboard.md §7). */
export interface ExportDocument {
  format: 'sluice-flow'
  formatVersion: 1
  exportedAt: string
  sourceVersion: number | null
  /** Present if a step of the document calls the flow itself. */
  ref?: string
  flow: PortableFlow
  requires: { secrets: string[]; flows: CalledFlow[]; features: string[]; returnUrls: string[] }
  flows: BundledFlow[]
}

/** `format` of every export, by which an import knows it. */
export const exportFormat = 'sluice-flow'
/** Highest `formatVersion` that this release writes and reads. */
export const exportFormatVersion = 1

/** Most flows of a bundle, the first one included: what one transaction can make visible at once. */
export const mostBundled = 50
/** How deep flows that call flows are followed. */
export const deepestBundled = 10
/** Largest export, in bytes of JSON: what an import takes. */
export const exportLimitBytes = 1024 * 1024
