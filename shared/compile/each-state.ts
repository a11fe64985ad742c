import { expression } from '../asl/expression.ts'
import type { Catcher, Expressions, MapState } from '../asl/states.ts'
import type { EachOptions, States } from '../steps/define.ts'
import { bodyStates } from './body-states.ts'
import { assignError, catchers, errorTarget } from './errors.ts'
import { leave } from './exits.ts'
import type { Spot, Zone } from './frame.ts'
import { leftStates } from './left-state.ts'
import type { ParamWriter } from './params.ts'
import { readsOf } from './reads.ts'
import { type Assign, assignResult, type Shop } from './shop.ts'
import { assignTrace } from './trace.ts'

/** A Map state: the body once per item, each item with variables of its own. */
export function eachStates(spot: Spot, options: EachOptions, writer: ParamWriter, shop: Shop): States {
  const { node } = spot
  const body = spot.bodies.get('body') as Zone
  const { prefix } = body.frame
  const caught = options.onItemError === 'continue' ? shop.names.helper(node.id, 'caught') : null
  if (caught !== null) shop.caught.set(body, caught)
  const inner = shop.write(body)
  if (caught !== null)
    inner[caught] = { Type: 'Pass', Output: { error: expression(`$${prefix}lastError`) }, End: true }

  const items = itemsOf(options, writer, shop)
  const read = readsOf(inner)
  const given: Assign = {
    [`${prefix}item`]: expression('$states.context.Map.Item.Value'),
    [`${prefix}index`]: expression('$states.context.Map.Item.Index'),
    [`${prefix}total`]: expression(items.count),
  }
  const selected = Object.entries(given).filter(([name]) => read.has(name))
  const assign = selected.map(([name]) => [name, expression(`$states.input.${name}`)] as const)
  const scope = bodyStates(body, inner, Object.fromEntries(assign), shop.names.helper(node.id, 'item'), shop)
  const state: MapState = {
    Type: 'Map',
    Items: items.written,
    ItemSelector: Object.fromEntries(selected),
    MaxConcurrency: options.concurrency,
    ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, ...scope },
    Output: {},
    ...catching(spot, items, shop),
    ...leave(
      spot,
      'default',
      { ...assignResult(spot, result), ...assignTrace(spot, shop.plan) },
      result,
      shop,
    ),
  }
  return leftStates(spot, state, shop)
}

const result = expression('$states.result')

interface Items {
  /** As the field of the state. */
  written: Expressions
  /** JSONata of their number. */
  count: string
  most: number
}

/** A single value is a list of one, nothing is an empty list; too many make the state fail instead of the run. */
function itemsOf({ items, maxItems }: EachOptions, writer: ParamWriter, shop: Shop): Items {
  const most = maxItems ?? shop.plan.openLimit
  if (Array.isArray(items)) {
    const written = items.length <= most ? writer.value(items) : expression('"too many"')
    return { written, count: String(items.length), most }
  }
  const formula = writer.formula(items as string)
  const list = `($i := ${formula}; $type($i) = "array" ? $i : $type($i) = "null" ? [] : [$i])`
  const written = expression(`($l := ${list}; $count($l) <= ${most} ? $l : "too many")`)
  return { written, count: `$count(${list})`, most }
}

/** The failure that `itemsOf` provokes is told from others by looking at the list again. */
function catching(spot: Spot, { count, most }: Items, shop: Shop): { Catch: Catcher[] } {
  const tooMany = `${count} > ${most}`
  const first: Catcher = {
    ErrorEquals: ['States.QueryEvaluationError'],
    Assign: assignError(
      spot,
      expression(`${tooMany} ? "Each.TooManyItems" : $states.errorOutput.Error`),
      expression(
        `${tooMany} ? "The list has more than ${most} items" : "The list could not be gone through"`,
      ),
    ),
    Output: {},
    Next: errorTarget(spot, shop),
  }
  return { Catch: [first, ...catchers(spot, shop)] }
}
