/** One element: text is escaped, elements within it are given as a list. */
export function element(name: string, content: string | number | boolean | string[]): string {
  const inner = Array.isArray(content) ? content.join('') : escaped(String(content))
  return `<${name}>${inner}</${name}>`
}

function escaped(text: string): string {
  return text.replace(/[&<>"']|\p{Cc}/gu, (character) => `&#${character.charCodeAt(0)};`)
}

/** How every XML answer begins. */
export const prologue = '<?xml version="1.0" encoding="UTF-8"?>\n'
