/** Keys of a step; what stands under `sections` is indented further. */
const sections = ['params', 'next', 'retry']
const scalars = ['type', 'name', 'output', 'timeoutSeconds']

/**
 * Seed 003 prints its definitions with every indentation shortened to one space, and so they are pasted from its page:
 * `nodes`, the steps and their params all stand at the same depth, which is no YAML (`type` is given twice). Where a text
 * is of just that form its indentation is put back; undefined for any other text.
 *
 * Lines stay what they are but for the spaces before them.
 */
export function reindent(text: string): string | undefined {
  const lines = text.split('\n')
  if (!/^nodes:\s*$/m.test(text) || !lines.every((line) => /^ ?(?:[A-Za-z]|\s*$)/.test(line)))
    return undefined
  let inNodes = false
  let steps = 0
  let depth = 0
  const written = lines.map((line, index) => {
    if (!line.startsWith(' ') || line.trim() === '') {
      if (/^[A-Za-z]/.test(line)) inNodes = /^nodes:\s*$/.test(line)
      return line
    }
    if (!inNodes) return line
    const bare = line.slice(1)
    const key = /^[A-Za-z][\w-]*/.exec(bare)?.[0] ?? ''
    const opens = /^[\w-]+:\s*$/.test(bare)
    if (opens && /^ type:/.test(lines[index + 1] ?? '')) {
      steps++
      depth = 2
      return ` ${bare}`
    }
    if (depth === 2 || (depth === 3 && (sections.includes(key) || scalars.includes(key)))) {
      depth = opens && sections.includes(key) ? 3 : 2
      return `  ${bare}`
    }
    return `${' '.repeat(Math.max(depth, 1))}${bare}`
  })
  return steps > 0 ? written.join('\n') : undefined
}
