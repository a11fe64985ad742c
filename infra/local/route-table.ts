/** A row of the route table, as far as the gateway cares. */
export interface RouteRow {
  method: string
  /** With parameters in braces, e.g. `/v1/flow/{id}`. */
  path: string
  /** Names the function behind it. */
  face: string
}

interface Found {
  /** null = no row fits: the gateway's `$default` route. */
  row: RouteRow | null
  pathParameters: Record<string, string> | null
}

interface Branch {
  literals: Map<string, Branch>
  parameter: Branch | null
  rows: Map<string, RouteRow>
}

/**
 * Makes the look-up of the HTTP API: literal segments win over parameters, HEAD goes to the row of GET, and what fits
 * no row goes to `$default`.
 */
export function routeTable(rows: readonly RouteRow[]): (method: string, path: string) => Found {
  const root = branch()
  for (const row of rows) {
    let at = root
    for (const segment of row.path.slice(1).split('/')) at = grow(at, segment)
    at.rows.set(row.method, row)
  }
  return (method, path) => {
    const segments = path.slice(1).split('/')
    const row = search(root, segments, 0, method === 'HEAD' ? 'GET' : method)
    return { row, pathParameters: row && parametersOf(row, segments) }
  }
}

function branch(): Branch {
  return { literals: new Map(), parameter: null, rows: new Map() }
}

function grow(at: Branch, segment: string): Branch {
  if (segment.startsWith('{')) {
    at.parameter ??= branch()
    return at.parameter
  }
  const known = at.literals.get(segment)
  if (known) return known
  const grown = branch()
  at.literals.set(segment, grown)
  return grown
}

function search(at: Branch, segments: string[], depth: number, method: string): RouteRow | null {
  if (depth === segments.length) return at.rows.get(method) ?? null
  const segment = segments[depth]!
  const literal = at.literals.get(segment)
  const found = literal ? search(literal, segments, depth + 1, method) : null
  if (found || at.parameter === null || segment === '') return found
  return search(at.parameter, segments, depth + 1, method)
}

function parametersOf(row: RouteRow, segments: string[]): Record<string, string> | null {
  const names = row.path.slice(1).split('/')
  const pairs = names.flatMap((name, index) =>
    name.startsWith('{') ? [[name.slice(1, -1), decode(segments[index]!)] as const] : [],
  )
  return pairs.length === 0 ? null : Object.fromEntries(pairs)
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
