import { pointerOf } from '../pointer.ts'
import type { Json } from '../world.ts'
import { templateSpans } from './template-spans.ts'
import { eachText } from './texts.ts'

/** Keys of the secrets that the expressions of a document name, in any dialect, and the first place of each. */
export function secretsNamed(document: Json): Map<string, string> {
  const found = new Map<string, string>()
  eachText(document, (text, path) => {
    for (const { start, end } of templateSpans(text))
      for (const [, key = ''] of text.slice(start, end).matchAll(/\bsecrets\.([A-Za-z_][A-Za-z0-9_]*)/g))
        if (!found.has(key)) found.set(key, pointerOf(path))
  })
  return found
}
