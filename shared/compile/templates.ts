import { canFail } from '../expressions/fallible.ts'
import { type ExpressionPart, parseTemplate, type Template } from '../expressions/template.ts'

/** What the compiler has found out about one text. */
interface Known {
  template: Template
  /** True if what its expressions are printed as may still fail. */
  mayFail: boolean
}

/** Several stages of the compiler ask about the same text, and every kind of machine about all of them. */
const known = new Map<string, Known>()
const mostKnown = 2000

/** The parsed template of a checked text. */
export function templateOf(text: string): Template {
  return learn(text).template
}

/** True if evaluating the text may fail whatever is printed around its expressions, as with `$error("x")`. */
export function mayFail(text: string): boolean {
  return learn(text).mayFail
}

/** True for the part of a template that is evaluated. */
export function isDynamic(part: Template['parts'][number]): part is ExpressionPart {
  return 'tree' in part
}

function learn(text: string): Known {
  const before = known.get(text)
  if (before) return before
  if (known.size >= mostKnown) known.clear()
  const template = parseTemplate(text)
  const fact = { template, mayFail: template.parts.some((part) => isDynamic(part) && canFail(part.tree)) }
  known.set(text, fact)
  return fact
}
