import type { Graph } from './graph.ts'
import { errorAt, type Finding } from './problem.ts'
import { everyStep } from './walk.ts'

/** The addresses that a flow's redirects come back to, as far as they are written out. */
export function returnUrls(graph: Graph): string[] {
  return redirects(graph).map(({ url }) => url)
}

/** A redirect comes back to an address that the organisation has registered (hardening.md rule 36). */
export function checkReturnUrls(graph: Graph, isRegistered: (url: string) => boolean): Finding[] {
  return redirects(graph)
    .filter(({ url }) => !isRegistered(url))
    .map(({ url, pointer, id }) => {
      const message = `${url.slice(0, 200)} is not registered: an admin adds it to the organisation's returnUrls`
      return errorAt(`${pointer}/params/returnUrl`, 'return_url_not_registered', message, id)
    })
}

function redirects(graph: Graph): { url: string; pointer: string; id: string }[] {
  return everyStep(graph).flatMap(({ node, pointer }) => {
    const url = node.type === 'redirect' ? node.params.returnUrl : undefined
    return typeof url === 'string' && !url.includes('{{') ? [{ url, pointer, id: node.id }] : []
  })
}
