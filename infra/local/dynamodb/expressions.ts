import dynalite from 'dynalite/validations/index.js'
import type { AttributeValue, Item } from './attribute-value.ts'
import { checkValue, typeOf } from './attribute-value.ts'
import { order } from './compare.ts'
import type { Path } from './paths.ts'
import { invalid, unreadable } from './refuse.ts'

/** An operand: a path into the item, a value of the request, or something to work out. */
export type Operand =
  | { kind: 'path'; path: Path }
  | { kind: 'value'; name: string }
  | { kind: 'call'; name: string; operands: Operand[] }

/** A condition: comparisons, functions, and / or / not. */
export interface Condition {
  /** `and`, `or`, `not`, `=`, `<`, `between`, `in`, or the name of a function. */
  name: string
  conditions: Condition[]
  operands: Operand[]
}

/** One action of an update expression. */
export interface UpdateAction {
  action: 'set' | 'remove' | 'add' | 'delete'
  path: Path
  operand: Operand | undefined
}

/** The expressions of one request, without the values they are used with. */
export interface Expressions {
  condition?: Condition
  keyCondition?: Condition
  filter?: Condition
  update?: UpdateAction[]
  projection?: Path[]
  /** Names of attributes into which a path goes deeper. */
  nested: string[]
  /** Bounds of BETWEEN that both come from the request. */
  bounds: [string, string][]
}

/** The values of a request by placeholder. */
export type Values = Item

const texts = [
  'ConditionExpression',
  'UpdateExpression',
  'KeyConditionExpression',
  'FilterExpression',
  'ProjectionExpression',
] as const
const expressionLimit = 4096
const cacheLimit = 1000
const noExpressions: Expressions = { nested: [], bounds: [] }
const cache = new Map<string, Expressions>()

/**
 * Parses the expressions of a request; what was parsed before with the same names and types of values is remembered.
 *
 * @throws {Refused} ValidationException as DynamoDB words it.
 */
export function readExpressions(request: Record<string, unknown>): { parsed: Expressions; values: Values } {
  const values = readValues(request.ExpressionAttributeValues)
  const key = signature(request, values)
  if (key === undefined) return { parsed: noExpressions, values }
  let parsed = cache.get(key)
  if (parsed === undefined) {
    parsed = parse(request, values)
    if (cache.size >= cacheLimit) cache.delete(cache.keys().next().value!)
    cache.set(key, parsed)
  }
  for (const [lower, upper] of parsed.bounds) checkBounds(values[lower]!, values[upper]!)
  return { parsed, values }
}

function readValues(written: unknown): Values {
  if (written === undefined || written === null) return {}
  if (typeof written !== 'object' || Array.isArray(written)) throw unreadable('Unexpected field type')
  for (const [name, value] of Object.entries(written)) {
    try {
      checkValue(value)
    } catch (error) {
      const { message } = error as Error
      throw invalid(`ExpressionAttributeValues contains invalid value: ${message} for key ${name}`)
    }
  }
  return written as Values
}

/** All that parsing depends on, as one text; undefined if there is nothing to parse. */
function signature(request: Record<string, unknown>, values: Values): string | undefined {
  let key = ''
  let any = false
  for (const name of texts) {
    const text = request[name]
    if (text === undefined || text === null) {
      key += '\0'
      continue
    }
    if (typeof text !== 'string') throw unreadable(`${typeof text} cannot be converted to String`)
    if (text.length > expressionLimit)
      throw invalid(`Invalid ${name}: Expression size has exceeded the maximum allowed size`)
    any = true
    key += `=${text}\0`
  }
  if (request.ExpressionAttributeNames) key += JSON.stringify(request.ExpressionAttributeNames)
  for (const name in values) key += `${name}${typeOf(values[name]!)}`
  if (any) return key
  if (request.ExpressionAttributeNames)
    throw invalid('ExpressionAttributeNames can only be specified when using expressions')
  if (request.ExpressionAttributeValues)
    throw invalid('ExpressionAttributeValues can only be specified when using expressions')
  return undefined
}

function checkBounds(lower: AttributeValue, upper: AttributeValue): void {
  const difference = order(lower, upper)
  if (difference === undefined || difference <= 0) return
  throw invalid(
    'The BETWEEN operator requires upper bound to be greater than or equal to lower bound; ' +
      `lower bound operand: AttributeValue: ${describe(lower)}, ` +
      `upper bound operand: AttributeValue: ${describe(upper)}`,
  )
}

function describe(value: AttributeValue): string {
  const type = typeOf(value)
  return `{${type}:${String(value[type])}}`
}

interface ParsedCondition {
  type: string
  name?: string
  args: unknown[]
}

interface ParsedUpdate {
  sections: { type: UpdateAction['action']; path: Path; val?: unknown }[]
  nestedPaths: Record<string, true>
}

/** dynalite's grammars decide what is an expression; their trees are turned into ours. */
function parse(request: Record<string, unknown>, values: Values): Expressions {
  checkNames(request.ExpressionAttributeNames)
  const written: Record<string, unknown> = {}
  for (const name of texts) if (typeof request[name] === 'string') written[name] = request[name]
  if (request.ExpressionAttributeNames) written.ExpressionAttributeNames = request.ExpressionAttributeNames
  // Copies, so that the place of each value in the tree can be told by identity.
  const copies = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { ...value }]))
  if (request.ExpressionAttributeValues) written.ExpressionAttributeValues = copies
  const problem = dynalite.validateExpressions(written)
  if (problem !== undefined) throw invalid(problem)
  return new Reading(written, copies).expressions()
}

function checkNames(names: unknown): void {
  if (names === undefined || names === null) return
  if (typeof names !== 'object' || Array.isArray(names)) throw unreadable('Unexpected field type')
  if (Object.values(names).some((name) => typeof name !== 'string'))
    throw unreadable('A name in ExpressionAttributeNames is no text')
}

class Reading {
  readonly #trees: Record<string, unknown>
  readonly #names: Map<unknown, string>
  readonly #bounds: [string, string][] = []

  constructor(trees: Record<string, unknown>, values: Values) {
    this.#trees = trees
    this.#names = new Map(Object.entries(values).map(([name, value]) => [value, name]))
  }

  expressions(): Expressions {
    const { _condition, _keyCondition, _filter, _updates, _projection } = this.#trees
    const trees = [_condition, _keyCondition, _filter, _updates, _projection] as {
      nestedPaths?: Record<string, true>
    }[]
    const parsed: Expressions = {
      nested: trees.flatMap((tree) => Object.keys(tree?.nestedPaths ?? {})),
      bounds: this.#bounds,
    }
    if (_condition) parsed.condition = this.#root(_condition)
    if (_keyCondition) parsed.keyCondition = this.#root(_keyCondition)
    if (_filter) parsed.filter = this.#root(_filter)
    if (_projection) parsed.projection = (_projection as { paths: Path[] }).paths
    if (_updates)
      parsed.update = (_updates as ParsedUpdate).sections.map(({ type, path, val }) => ({
        action: type,
        path,
        operand: val === undefined ? undefined : this.#operand(val),
      }))
    return parsed
  }

  #root(tree: unknown): Condition {
    return this.#condition((tree as { expression: ParsedCondition }).expression)
  }

  #condition({ type, name, args }: ParsedCondition): Condition {
    if (type === 'and' || type === 'or' || type === 'not') {
      const conditions = args.map((arg) => this.#condition(arg as ParsedCondition))
      return { name: type, conditions, operands: [] }
    }
    const operands = args.map((arg) => this.#operand(arg))
    const [, lower, upper] = operands
    if (type === 'between' && lower?.kind === 'value' && upper?.kind === 'value')
      this.#bounds.push([lower.name, upper.name])
    return { name: type === 'function' ? name! : type, conditions: [], operands }
  }

  #operand(written: unknown): Operand {
    if (Array.isArray(written)) return { kind: 'path', path: written as Path }
    const value = this.#names.get(written)
    if (value !== undefined) return { kind: 'value', name: value }
    const { type, name, args } = written as ParsedCondition
    return { kind: 'call', name: name ?? type, operands: args.map((arg) => this.#operand(arg)) }
  }
}
