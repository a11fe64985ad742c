/** The JSON pointer (RFC 6901) of a path of keys and indices. */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** The keys and indices of a JSON pointer. */
export function partsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** A JSON pointer with its keys as they are: for places whose last key is all that follows. */
export function plainPath(pointer: string): string {
  return pointer.replaceAll('~1', '/').replaceAll('~0', '~')
}
