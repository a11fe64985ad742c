import type { Route } from './route.ts'

/** The routes of one path, by method, and the path's parameters as they came. */
export interface Match {
  byMethod: Map<string, Route>
  params: Record<string, string>
}

interface Branch {
  literals: Map<string, Branch>
  parameter: Branch | null
  byMethod: Map<string, Route>
}

/**
 * Makes the look-up of exact paths: literal segments win over parameters, left to right. Where no route of a path takes its
 * parameters, e.g. a word where an id belongs, there is no such path.
 */
export function matcher(routes: readonly Route[]): (path: string) => Match | null {
  const root = newBranch()
  for (const route of routes) grow(root, route).set(route.method, route)
  return (path) => {
    const segments = path.slice(1).split('/')
    const byMethod = search(root, segments, 0)
    if (byMethod === null) return null
    const params = paramsOf(byMethod, segments)
    const fitting = [...byMethod].filter(([, route]) => route.params.safeParse(params).success)
    return fitting.length === 0 ? null : { byMethod: new Map(fitting), params }
  }
}

function newBranch(): Branch {
  return { literals: new Map(), parameter: null, byMethod: new Map() }
}

function grow(root: Branch, { path }: Route): Map<string, Route> {
  let at = root
  for (const segment of path.slice(1).split('/')) {
    if (segment.startsWith('{')) {
      at.parameter ??= newBranch()
      at = at.parameter
    } else {
      const next = at.literals.get(segment) ?? newBranch()
      at.literals.set(segment, next)
      at = next
    }
  }
  return at.byMethod
}

function search(at: Branch, segments: string[], depth: number): Map<string, Route> | null {
  if (depth === segments.length) return at.byMethod.size > 0 ? at.byMethod : null
  const segment = segments[depth]!
  const literal = at.literals.get(segment)
  const found = literal ? search(literal, segments, depth + 1) : null
  if (found || at.parameter === null || segment === '') return found
  return search(at.parameter, segments, depth + 1)
}

/** Parameters are taken as they stand: nothing that is encoded is an id. */
function paramsOf(byMethod: Map<string, Route>, segments: string[]): Record<string, string> {
  const [route] = byMethod.values()
  const names = route?.path.slice(1).split('/') ?? []
  return Object.fromEntries(
    names.flatMap((name, index) => (name.startsWith('{') ? [[name.slice(1, -1), segments[index]!]] : [])),
  )
}
