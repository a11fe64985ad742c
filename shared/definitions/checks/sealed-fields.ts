import { ExpressionError } from '../../expressions/error.ts'
import { type FreeName, freeNames } from '../../expressions/names.ts'
import { type ExpressionPart, hasTemplate, parseTemplate } from '../../expressions/template.ts'
import { someTree, type Tree } from '../../expressions/tree.ts'
import { findStep } from '../../steps/index.ts'
import { fieldsOf } from '../../steps/view/read.ts'
import type { Graph, Node } from '../graph.ts'
import { sealedFields } from '../inputs.ts'
import { errorAt, type Finding, warningAt } from '../problem.ts'
import { eachText } from '../texts.ts'
import type { Visit } from '../walk.ts'

/** A field of a view whose value is sealed at the door. */
interface SealedField {
  view: Visit
  identifier: string
}

/** What a step reads of a field: its value by name, the answer that it is part of, or nothing. */
type Reach = 'named' | 'whole' | null

/** A value that must not be seen is given to nobody at the end, and is asked for in vain if no step takes it. */
export function checkSealedFields(visits: Visit[]): Finding[] {
  return visits.flatMap(sealedIn).flatMap((field) => {
    const { view, identifier } = field
    const name = `${view.node.output}.${identifier}`
    const users = visits.map((visit) => ({ visit, reach: reachOf(visit, field) }))
    const isUse = ({ visit, reach }: (typeof users)[number]) =>
      reach === 'named' || (reach === 'whole' && visit.node.type !== 'final')
    if (!users.some(isUse)) {
      const message = `No step takes ${name}: why ask for it?`
      return [warningAt(`${view.pointer}/params/components`, 'password_unused', message, view.node.id)]
    }
    return users
      .filter(({ visit, reach }) => reach === 'named' && visit.node.type === 'final')
      .map(({ visit: { node, pointer } }) =>
        errorAt(`${pointer}/params`, 'sealed_output', `${name} must not be seen, and is no output`, node.id),
      )
  })
}

/** The same for inputs that the flow declares as such: by their own name, or as one of `inputs`. */
export function checkSealedInputs({ inputs }: Graph, visits: Visit[]): Finding[] {
  const sealed = sealedFields(inputs)
  const names = ({ name, path }: FreeName, input: string) =>
    name === input || ((name === 'inputs' || name === 'shared') && path[0] === input)
  return visits
    .filter(({ node }) => node.type === 'final')
    .flatMap(({ node, pointer }) => {
      const read = expressionsOf(node).flatMap(({ tree }) => freeNames(tree))
      return sealed
        .filter((input) => read.some((free) => names(free, input)))
        .map((input) =>
          errorAt(
            `${pointer}/params`,
            'sealed_output',
            `${input} must not be seen, and is no output`,
            node.id,
          ),
        )
    })
}

function sealedIn(view: Visit): SealedField[] {
  if (view.node.type !== 'view') return []
  return (
    fieldsOf(view.node.params.components)
      // What is only compared with another field is of use for that.
      .filter(({ sealed, rules }) => sealed && !rules.some((rule) => rule.name === 'EqualityValidator'))
      .map(({ identifier }) => ({ view, identifier }))
  )
}

function reachOf(reader: Visit, field: SealedField): Reach {
  const reaches = expressionsOf(reader.node).flatMap(({ tree }) =>
    freeNames(tree).map((free) => reachBy(free, tree, reader, field)),
  )
  if (reaches.includes('named')) return 'named'
  // A script without an input works on what the step before it left.
  if (reader.node.type === 'script' && reader.node.params.input === undefined && follows(reader, field))
    return 'whole'
  return reaches.includes('whole') ? 'whole' : null
}

/** However it is written: `form.pin`, `nodes.form.pin`, `$lookup(form, "pin")`, `(form).pin`, `last.pin` right behind. */
function reachBy(free: FreeName, tree: Tree, reader: Visit, field: SealedField): Reach {
  const members = membersOf(free, reader, field)
  if (members === null) return null
  const [member] = members
  if (member !== undefined) return member === field.identifier ? 'named' : null
  return someTree(tree, (part) => isText(part, field.identifier)) ? 'named' : 'whole'
}

/** What is read of the view's answer, as far as it is named; null for what is none of it. */
function membersOf({ name, path }: FreeName, reader: Visit, { view }: SealedField): string[] | null {
  const { id, output } = view.node
  const rest = (of: string) => (path[0] === undefined || path[0] === of ? path.slice(1) : null)
  switch (name) {
    case output:
      return path
    case 'nodes':
      return rest(id)
    case 'shared':
      return rest(output)
    case 'last':
    case 'input':
      return follows(reader, { view }) ? path : null
  }
  return null
}

/** True for a step that the view leads to itself. */
function follows({ node, scope }: Visit, { view }: Pick<SealedField, 'view'>): boolean {
  return scope === view.scope && Object.values(view.node.next).includes(node.id)
}

function isText(tree: Tree, text: string): boolean {
  return (tree.type === 'string' || tree.type === 'name') && tree.value === text
}

/** What cannot be read is told elsewhere. */
function expressionsOf({ type, params }: Node): ExpressionPart[] {
  const found: ExpressionPart[] = []
  const literals = findStep(type)?.literals ?? []
  for (const [name, value] of Object.entries(params))
    if (!literals.includes(name)) eachText(value, (text) => void found.push(...partsOf(text)))
  return found
}

function partsOf(text: string): ExpressionPart[] {
  if (!hasTemplate(text)) return []
  try {
    return parseTemplate(text).parts.flatMap((part) => (part.type === 'expression' ? [part] : []))
  } catch (error) {
    if (error instanceof ExpressionError) return []
    throw error
  }
}
