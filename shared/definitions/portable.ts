import { pointerOf } from '../pointer.ts'
import type { Choice, StepType } from '../steps/define.ts'
import { findStep } from '../steps/index.ts'
import type { Feature, Json, JsonObject } from '../world.ts'
import { masked, maskMember } from './mask-literals.ts'
import { type Placeholder, placeholder, placeholderOf } from './placeholders.ts'
import { isObject } from './reading.ts'

/** Gives names to what has an id here, as a document is gone through. */
export interface Naming {
  /** The name of a called flow; of the version that is called, if one is named. */
  flow(id: string, version: number | 'latest'): string
  /** The name of somebody, who stands there as account id or e-mail address. */
  user(text: string): string
  /** The name under which a placeholder that stands there already goes on. */
  kept(found: Placeholder, version: number | 'latest'): string
}

/** A document that means the same elsewhere. */
export interface Portable {
  /** In the author's dialect, all keys sorted. */
  document: JsonObject
  /** Pointers of the literal credentials that were taken out. */
  masked: string[]
  features: Feature[]
  returnUrls: string[]
}

/**
 * Takes out of a document, in whatever dialect, what belongs to one organisation: ids of flows and people become
 * placeholders, literal credentials are masked (dashboard.md §7). What the params of a step mean is read off its type.
 */
export function makePortable(document: JsonObject, naming: Naming): Portable {
  const found = new Finder(naming)
  const taken = found.object(sorted(document) as JsonObject, [])
  const { masked, features, returnUrls } = found
  return {
    document: taken,
    masked,
    features: [...features].sort(),
    returnUrls: [...returnUrls].sort(),
  }
}

/** The value with all keys sorted by their UTF-16 code units. */
export function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isObject(value)) return value
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(members.map(([key, member]) => [key, sorted(member)]))
}

/** What tells of params which of them name things of the organisation. */
type Choosing = Pick<StepType, 'choices' | 'listChoices'>

class Finder {
  readonly masked: string[] = []
  readonly features = new Set<Feature>()
  readonly returnUrls = new Set<string>()
  readonly #naming: Naming

  constructor(naming: Naming) {
    this.#naming = naming
  }

  /** @param paramsOf the step whose params the object is, or what stands in one of its lists. */
  object(object: JsonObject, path: string[], paramsOf?: Choosing): JsonObject {
    const step = typeof object.type === 'string' ? findStep(object.type) : undefined
    if (step?.feature !== undefined) this.features.add(step.feature)
    const members = Object.entries(object).map(([key, member]) => {
      const at = [...path, key]
      const choice = paramsOf?.choices?.[key]
      if (paramsOf !== undefined && choice !== undefined)
        return [key, this.#chosen(choice, member, versionIn(paramsOf, object), at)]
      const inList = paramsOf?.listChoices?.[key]
      if (inList !== undefined && Array.isArray(member))
        return [
          key,
          member.map((item, index) => this.#inside(item, [...at, String(index)], { choices: inList })),
        ]
      // Outcomes are the author's words, and what they lead to are ids of steps.
      if (key === 'next' && typeof object.type === 'string') return [key, member]
      const isParams = key === 'params' || key === 'data'
      return [key, this.#inside(maskMember(key, member, object), at, isParams ? step : undefined)]
    })
    return Object.fromEntries(members)
  }

  #inside(value: Json, path: string[], paramsOf?: Choosing): Json {
    if (typeof value === 'string' && value.includes(masked)) this.masked.push(pointerOf(path))
    if (Array.isArray(value)) return value.map((item, index) => this.#inside(item, [...path, String(index)]))
    if (!isObject(value)) return value
    const found = placeholderOf(value)
    if (found === undefined) return this.object(value, path, paramsOf)
    return placeholder({ ...found, ref: this.#naming.kept(found, 'latest') })
  }

  #chosen(choice: Choice, value: Json, version: number | 'latest', path: string[]): Json {
    if (Array.isArray(value))
      return value.map((item, index) => this.#chosen(choice, item, version, [...path, String(index)]))
    const found = placeholderOf(value)
    if (found !== undefined) return placeholder({ ...found, ref: this.#naming.kept(found, version) })
    if (typeof value !== 'string') return this.#inside(value, path)
    if (value === '' || /\{\{|\$\{/.test(value)) return value
    if (choice === 'return-urls') this.returnUrls.add(value)
    if (choice === 'flows') return placeholder({ kind: 'flow', ref: this.#naming.flow(value, version) })
    return choice === 'accounts' ? placeholder({ kind: 'user', ref: this.#naming.user(value) }) : value
  }
}

/** The version that a step calls, as far as it is known before the run. */
function versionIn({ choices = {} }: Choosing, params: JsonObject): number | 'latest' {
  const name = Object.keys(choices).find((key) => choices[key] === 'versions')
  const version = name === undefined ? undefined : params[name]
  return typeof version === 'number' ? version : 'latest'
}
