import jsonata from 'jsonata-206'
import { ExpressionError } from './expression-error.ts'

/** A node of JSONata's syntax tree, as its parser gives it; which members there are depends on `type`. */
export interface Tree {
  type: string
  value?: unknown
  /** Characters from the beginning of the expression, at the node's end. */
  position?: number
  steps?: Tree[]
  stages?: Tree[]
  predicate?: Tree[]
  group?: { lhs: [Tree, Tree][] }
  expr?: Tree
  expression?: Tree
  expressions?: Tree[]
  arguments?: Tree[]
  procedure?: Tree
  condition?: Tree
  then?: Tree
  else?: Tree
  body?: Tree
  terms?: { descending: boolean; expression: Tree }[]
  lhs?: Tree | [Tree, Tree][]
  rhs?: Tree
  pattern?: Tree
  update?: Tree
  delete?: Tree
  focus?: string
  index?: string
  keepArray?: boolean
  tuple?: boolean
  signature?: unknown
  ancestor?: unknown
}

/**
 * Parses an expression with JSONata 2.0.6, the dialect of Step Functions. Nothing is evaluated.
 *
 * @throws {ExpressionError} `expression_syntax`
 */
export function parseTree(source: string, offset = 0): Tree {
  try {
    return jsonata(source).ast() as Tree
  } catch (error) {
    const { message = 'The expression cannot be read', position = 0 } = error as {
      message?: string
      position?: number
    }
    throw new ExpressionError('expression_syntax', message, offset + Math.max(0, position - 1))
  }
}

/** The nodes directly below a node, whatever member they stand in. */
export function childrenOf(tree: Tree): Tree[] {
  return Object.entries(tree).flatMap(([member, value]) => (member === 'value' ? [] : nodesIn(value)))
}

function nodesIn(value: unknown): Tree[] {
  if (typeof value !== 'object' || value === null || value instanceof RegExp) return []
  if (Array.isArray(value)) return value.flatMap(nodesIn)
  return 'type' in value ? [value as Tree] : Object.values(value).flatMap(nodesIn)
}

/** The left side of a binary node. */
export function leftOf(tree: Tree): Tree {
  return tree.lhs as Tree
}

/** Key and value of each member of an object constructor. */
export function membersOf(tree: Tree): [Tree, Tree][] {
  return tree.lhs as [Tree, Tree][]
}
