/** Whether an event is one of those that a pattern asks for, as Lambda's event filters read it: texts and `prefix` alone. */
export function fitsPattern(pattern: unknown, event: unknown): boolean {
  if (Array.isArray(pattern)) return pattern.some((rule) => fitsRule(rule, event))
  if (typeof pattern !== 'object' || pattern === null || typeof event !== 'object' || event === null)
    return false
  return Object.entries(pattern).every(([name, inner]) =>
    fitsPattern(inner, (event as Record<string, unknown>)[name]),
  )
}

function fitsRule(rule: unknown, value: unknown): boolean {
  if (typeof rule === 'string') return rule === value
  const { prefix, ...others } = rule as { prefix?: string }
  if (prefix === undefined || Object.keys(others).length > 0)
    throw new Error(`Not a rule that is known here: ${JSON.stringify(rule)}`)
  return typeof value === 'string' && value.startsWith(prefix)
}
