import type { AttributeValue, Item } from './attribute-value.ts'
import { attribute, setAttribute } from './attribute-value.ts'

/** A document path: names of attributes and members, numbers of list elements. */
export type Path = (string | number)[]

/** The value at a path of an item. */
export function valueAt(item: Item, path: Path): AttributeValue | undefined {
  let value = attribute(item, path[0] as string)
  for (let depth = 1; value !== undefined && depth < path.length; depth++) value = child(value, path[depth]!)
  return value
}

function child(value: AttributeValue, piece: string | number): AttributeValue | undefined {
  if (typeof piece === 'number') return value.L?.[piece]
  return value.M && attribute(value.M, piece)
}

/** What of an item lies at the paths, in the structure it has there; lists close their gaps. */
export function project(item: Item, paths: Path[]): Item {
  const found: Item = {}
  const flat = paths.every((path) => path.length === 1)
  if (flat) {
    for (const [name] of paths) {
      const value = attribute(item, name as string)
      if (value !== undefined) setAttribute(found, name as string, value)
    }
    return found
  }
  const root = branch(item, paths)
  return root?.M ?? found
}

/** The part of a map that the paths name, or of one value if a path ends there. */
function branch(item: Item, paths: Path[]): AttributeValue | undefined {
  const members: Item = {}
  for (const [name, rest] of groups(paths)) {
    const value = attribute(item, name as string)
    const part = value && descend(value, rest)
    if (part !== undefined) setAttribute(members, name as string, part)
  }
  return Object.keys(members).length === 0 ? undefined : { M: members }
}

function descend(value: AttributeValue, paths: Path[]): AttributeValue | undefined {
  if (paths.some((path) => path.length === 0)) return value
  if (value.M) {
    return branch(
      value.M,
      paths.filter(([piece]) => typeof piece === 'string'),
    )
  }
  if (!value.L) return undefined
  const list = value.L
  const elements = [...groups(paths)]
    .filter(([piece]) => typeof piece === 'number' && piece < list.length)
    .sort(([a], [b]) => (a as number) - (b as number))
    .flatMap(([piece, rest]) => descend(list[piece as number]!, rest) ?? [])
  return elements.length === 0 ? undefined : { L: elements }
}

/** Paths by their first piece, without it. */
function groups(paths: Path[]): Map<string | number, Path[]> {
  const byPiece = new Map<string | number, Path[]>()
  for (const [piece, ...rest] of paths) {
    const group = byPiece.get(piece!)
    if (group) group.push(rest)
    else byPiece.set(piece!, [rest])
  }
  return byPiece
}
