import { partsOf, pointerOf } from '../../pointer.ts'
import type { JsonObject } from '../../world.ts'
import type { Written } from '../graph.ts'
import type { Finding } from '../problem.ts'

/** A document in the form of `nodes`, and the way back to what the author wrote. */
export interface Converted {
  /** null if nothing can be read from the document. */
  document: JsonObject | null
  findings: Finding[]
  /** Pointer into `document` -> pointer into what was written, for every part that moved. */
  moved: Map<string, string>
  /** Pointers into `document` whose text is not the author's, so that an index into it means nothing to him. */
  rewritten: Set<string>
}

/** One way to write the same graph; README.md says how to add one. */
export interface Dialect {
  name: Written['dialect']
  /** True if the document is written in this dialect; asked in the order of recognise.ts. */
  recognises(document: JsonObject): boolean
  /** The document in the form of `nodes`; must not change what it is given. */
  convert(document: JsonObject): Converted
}

/** The pointer into what was written: the closest part around it that moved decides. */
export function originOf(pointer: string, moved: Map<string, string>): string {
  if (moved.size === 0) return pointer
  const parts = partsOf(pointer)
  for (let length = parts.length; length > 0; length--) {
    const origin = moved.get(pointerOf(parts.slice(0, length)))
    if (origin !== undefined) return origin + pointerOf(parts.slice(length))
  }
  return pointer
}
