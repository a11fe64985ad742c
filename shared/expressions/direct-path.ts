import { isNumeric, memberOf, spend, truthOf, unwrapped } from './json-values.ts'
import { Items, type Part, type Run } from './sequence.ts'

type Filter = (value: unknown, run: Run) => unknown

export interface Step {
  /** A plain name; anything else has a `part`. */
  name: string | undefined
  part: Part | undefined
  isVariable: boolean
  stages: Filter[] | undefined
}

/** A path as JSONata walks it: each step for each item of what the step before gave, lists flattened in between. */
export function pathOf(steps: Step[]): Part {
  const absolute = steps[0]!.isVariable
  return (context, run) => {
    if (Array.isArray(context) && !absolute) return walk(steps, 0, context, run)
    let value: unknown = context
    for (let at = 0; at < steps.length; at++) {
      const isLast = at === steps.length - 1
      if (at > 0 && Array.isArray(value)) return value.length === 0 ? undefined : walk(steps, at, value, run)
      value = take(steps[at]!, value, run)
      if (value instanceof Items) {
        if (isLast) return unwrapped(value.items)
        return value.items.length === 0 ? undefined : walk(steps, at + 1, value.items, run)
      }
      if (value === undefined) return undefined
    }
    return value
  }
}

function take(step: Step, item: unknown, run: Run): unknown {
  let value = step.name === undefined ? step.part!(item, run) : memberOf(item, step.name, run)
  if (step.stages) for (const stage of step.stages) value = stage(value, run)
  return value
}

function walk(steps: Step[], from: number, first: unknown[], run: Run): unknown {
  let items = first
  for (let at = from; at < steps.length; at++) {
    const results: unknown[] = []
    spend(run, items.length + 1)
    for (const item of items) {
      const value = take(steps[at]!, item, run)
      if (value !== undefined) results.push(value)
    }
    const [only] = results
    if (at === steps.length - 1 && results.length === 1 && Array.isArray(only)) return only
    items = flattened(results, run)
    if (items.length === 0) return undefined
  }
  return unwrapped(items)
}

function flattened(results: unknown[], run: Run): unknown[] {
  const items: unknown[] = []
  for (const result of results) {
    const list = result instanceof Items ? result.items : result
    if (!Array.isArray(list)) items.push(list)
    else {
      spend(run, list.length)
      for (const item of list) items.push(item)
    }
  }
  return items
}

/** A filter: a number picks an item, anything else is asked of every item. */
export function filterStep(predicate: number | Part): Filter {
  return (value, run) => {
    const items = value instanceof Items ? value.items : Array.isArray(value) ? value : [value]
    return typeof predicate === 'number' ? pick(items, predicate) : filter(items, predicate, run)
  }
}

function pick(items: unknown[], number: number): unknown {
  const index = Math.floor(number)
  const item = items[index < 0 ? items.length + index : index]
  if (Array.isArray(item)) return item
  return new Items(item === undefined ? [] : [item])
}

function filter(items: unknown[], predicate: Part, run: Run): Items {
  const kept: unknown[] = []
  spend(run, items.length)
  items.forEach((item, index) => {
    const result = predicate(item, run)
    const numbers = isNumeric(result) ? [result] : result
    if (Array.isArray(numbers) && numbers.every(isNumeric)) {
      for (const number of numbers as number[]) {
        const at = Math.floor(number)
        if ((at < 0 ? items.length + at : at) === index) kept.push(item)
      }
    } else if (truthOf(result, run)) kept.push(item)
  })
  return new Items(kept)
}
