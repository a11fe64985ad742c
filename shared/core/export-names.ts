import type { Placeholder } from '../definitions/placeholders.ts'
import { eachPlaceholder } from '../definitions/placeholders.ts'
import type { Naming } from '../definitions/portable.ts'
import type { Json } from '../world.ts'

/** A flow that was named while documents were gone through. */
export interface NamedFlow {
  ref: string
  /** null for a placeholder that stood there already. */
  flowId: string | null
  version: number | 'latest'
  depth: number
}

/** Every id of a flow has this form; what else stands where one should be calls none. */
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Gives every called flow and every approver of an export one name, and remembers them in the order met. */
export class ExportNames {
  readonly flows: NamedFlow[] = []
  /** The name of the exported flow itself: if a step calls it, or if it is the flow's id. */
  ownRef: string | undefined
  readonly #refs: 'numbers' | 'ids'
  readonly #own: { flowId: string; version: number | null }
  readonly #known = new Map<string, string>()
  readonly #taken = new Set<string>()

  /**
   * @param document of the flow itself: the names of placeholders that stand in it are kept.
   * @param refs what flows are called: by number, or by their ids here.
   */
  constructor(own: { flowId: string; version: number | null }, document: Json, refs: 'numbers' | 'ids') {
    this.#own = own
    this.#refs = refs
    if (refs === 'ids') this.ownRef = own.flowId
    eachPlaceholder(document, ({ ref }) => void this.#taken.add(ref))
  }

  /** How the documents at a depth name things; the exported flow is at 0. */
  at(depth: number, document: string): Naming {
    return {
      flow: (flowId, version) => this.#flow(flowId, version, depth),
      user: (text) => this.#name(`user ${text.toLowerCase()}`, 'approver'),
      kept: (found, version) =>
        depth === 0 ? this.#stays(found, version) : this.#moves(found, version, document),
    }
  }

  #flow(flowId: string, version: number | 'latest', depth: number): string {
    const { flowId: own, version: ownVersion } = this.#own
    const isOwn = flowId === own && (version === 'latest' || version === ownVersion)
    const key = isOwn ? 'own' : `flow ${flowId} ${version}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const ref = this.#refs === 'ids' && uuid.test(flowId) ? flowId : this.#name(key, 'flow')
    this.#known.set(key, ref)
    if (isOwn) this.ownRef = ref
    else this.flows.push({ ref, flowId, version, depth: depth + 1 })
    return ref
  }

  #stays({ kind, ref }: Placeholder, version: number | 'latest'): string {
    const isNew = !this.#known.has(`kept ${kind} ${ref}`)
    if (isNew && kind === 'flow') this.flows.push({ ref, flowId: null, version, depth: 1 })
    this.#known.set(`kept ${kind} ${ref}`, ref)
    return ref
  }

  /** Two documents may use one name for different things. */
  #moves({ kind, ref }: Placeholder, version: number | 'latest', document: string): string {
    const key = `kept ${document} ${kind} ${ref}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const name = this.#name(key, kind === 'flow' ? 'flow' : 'approver')
    if (kind === 'flow') this.flows.push({ ref: name, flowId: null, version, depth: 1 })
    return name
  }

  #name(key: string, word: string): string {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    let number = 1
    while (this.#taken.has(`${word}-${number}`)) number++
    const ref = `${word}-${number}`
    this.#taken.add(ref)
    this.#known.set(key, ref)
    return ref
  }
}
