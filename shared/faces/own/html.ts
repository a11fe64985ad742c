/** Text as HTML shows it: the one place where a value becomes part of a page (hardening.md rule 36). */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
