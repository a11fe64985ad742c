import type { AttributeValue, Item } from './attribute-value.ts'
import { attribute, setAttribute, typeOf } from './attribute-value.ts'
import type { Operand, UpdateAction, Values } from './expressions.ts'
import { addNumbers } from './numbers.ts'
import { type Path, valueAt } from './paths.ts'
import { invalid } from './refuse.ts'

const wrongType = 'An operand in the update expression has an incorrect data type'
const missing = 'The provided expression refers to an attribute that does not exist in the item'
const wrongPath = 'The document path provided in the update expression is invalid for update'

type SetType = 'SS' | 'NS' | 'BS'

/**
 * The item after an update. Every operand is read from the item as it was; the item itself stays untouched.
 *
 * @throws {Refused} ValidationException for operands of the wrong type and paths that lead nowhere.
 */
export function applyUpdate(item: Item, actions: UpdateAction[], values: Values): Item {
  const draft = new Draft(item)
  for (const { action, path, operand } of actions) {
    if (action === 'remove') draft.remove(path)
    else if (action === 'set') draft.set(path, resolve(operand!, item, values))
    else {
      const given = resolve(operand!, item, values)
      const before = valueAt(item, path)
      const after = action === 'add' ? added(before, given) : deleted(before, given)
      if (after !== undefined) draft.set(path, after)
      else if (before !== undefined) draft.remove(path)
    }
  }
  return draft.finish()
}

function resolve(operand: Operand, item: Item, values: Values): AttributeValue {
  if (operand.kind === 'value') return values[operand.name]!
  if (operand.kind === 'path') {
    const value = valueAt(item, operand.path)
    if (value === undefined) throw invalid(missing)
    return value
  }
  const [first, second] = operand.operands as [Operand, Operand]
  if (operand.name === 'if_not_exists') {
    const existing = first.kind === 'path' ? valueAt(item, first.path) : undefined
    return existing ?? resolve(second, item, values)
  }
  const left = resolve(first, item, values)
  const right = resolve(second, item, values)
  if (operand.name === 'list_append') {
    if (!left.L || !right.L) throw invalid(wrongType)
    return { L: [...left.L, ...right.L] }
  }
  if (left.N === undefined || right.N === undefined) throw invalid(wrongType)
  return { N: addNumbers(left.N, right.N, operand.name === 'add' ? 1 : -1) }
}

/** ADD: to a number, or members to a set. */
function added(before: AttributeValue | undefined, given: AttributeValue): AttributeValue {
  const type = typeOf(given)
  if (before === undefined) return given
  if (typeOf(before) !== type) throw invalid(wrongType)
  if (type === 'N') return { N: addNumbers(before.N!, given.N!) }
  const members = before[type as SetType]!
  const fresh = given[type as SetType]!.filter((member) => !members.includes(member))
  return fresh.length === 0 ? before : { [type]: [...members, ...fresh] }
}

/** DELETE: members from a set; undefined if none is left. */
function deleted(before: AttributeValue | undefined, given: AttributeValue): AttributeValue | undefined {
  if (before === undefined) return undefined
  const type = typeOf(given) as SetType
  if (typeOf(before) !== type) throw invalid(wrongType)
  const left = before[type]!.filter((member) => !given[type]!.includes(member))
  return left.length === 0 ? undefined : { [type]: left }
}

/** A changed copy of an item that shares what was not changed. */
class Draft {
  readonly #item: Item
  readonly #copies = new Set<object>()
  readonly #lists = new Set<(AttributeValue | undefined)[]>()

  constructor(item: Item) {
    this.#item = { ...item }
    this.#copies.add(this.#item)
  }

  set(path: Path, value: AttributeValue): void {
    const last = path.at(-1)!
    const parent = this.#parent(path)
    if (Array.isArray(parent)) {
      // An index beyond the end means the end; the gap is closed in finish().
      if (typeof last !== 'number') throw invalid(wrongPath)
      parent[last] = value
    } else if (typeof last === 'number') throw invalid(wrongPath)
    else setAttribute(parent, last, value)
  }

  remove(path: Path): void {
    const last = path.at(-1)!
    const parent = this.#parent(path)
    // Elements keep their numbers until all actions are done.
    if (Array.isArray(parent)) {
      if (typeof last !== 'number') throw invalid(wrongPath)
      if (last < parent.length) parent[last] = undefined
    } else if (typeof last === 'number') throw invalid(wrongPath)
    else delete parent[last]
  }

  finish(): Item {
    for (const list of this.#lists) {
      const kept = list.filter((member) => member !== undefined)
      list.splice(0, list.length, ...kept)
    }
    return this.#item
  }

  /** The map or list that holds the last piece of the path, ready to be changed. */
  #parent(path: Path): Item | (AttributeValue | undefined)[] {
    let container: Item | AttributeValue[] = this.#item
    for (let depth = 0; depth < path.length - 1; depth++) {
      const piece = path[depth]!
      const value = memberOf(container, piece)
      if (value === undefined) throw invalid(wrongPath)
      const copy = this.#own(value)
      if (copy !== value) {
        if (Array.isArray(container)) container[piece as number] = copy
        else setAttribute(container, piece as string, copy)
      }
      container = (copy.M ?? copy.L)!
    }
    return container
  }

  /** The value itself if it is ours already, else a copy of its first level. */
  #own(value: AttributeValue): AttributeValue {
    if (this.#copies.has(value)) return value
    const copy: AttributeValue = value.M ? { M: { ...value.M } } : value.L ? { L: [...value.L] } : {}
    if (!copy.M && !copy.L) throw invalid(wrongPath)
    this.#copies.add(copy)
    if (copy.L) this.#lists.add(copy.L)
    return copy
  }
}

function memberOf(container: Item | AttributeValue[], piece: string | number): AttributeValue | undefined {
  if (Array.isArray(container)) return typeof piece === 'number' ? container[piece] : undefined
  return typeof piece === 'string' ? attribute(container, piece) : undefined
}
