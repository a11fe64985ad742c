import { type DefaultTreeAdapterTypes, html as namespace, parse } from 'parse5'
import { expect } from 'vitest'

/** An element of a page. */
export interface PageElement {
  tag: string
  given: { name: string; value: string }[]
  text: string
}

/** A page as a browser reads it. @throws where it has other elements than HTML's. */
export function parsed(text: string) {
  const nodes: PageElement[] = []
  for (const child of parse(text).childNodes) gather(child, nodes)
  const find = (id: string) => nodes.find((node) => attributesOf(node).id === id)
  return {
    nodes,
    all: (tag: string) => nodes.filter((node) => node.tag === tag).map(attributesOf),
    byId: (id: string) => attributesOf(find(id)!),
    textOf: (id: string) => find(id)?.text,
    visible: nodes[0]!.text,
  }
}

type Node = DefaultTreeAdapterTypes.ChildNode

function gather(node: Node, nodes: PageElement[]): void {
  if (!('tagName' in node)) return
  expect(node.namespaceURI).toBe(namespace.NS.HTML)
  nodes.push({ tag: node.tagName, given: node.attrs, text: textIn(node) })
  for (const child of node.childNodes) gather(child, nodes)
}

function textIn(node: Node): string {
  return 'value' in node ? node.value : 'childNodes' in node ? node.childNodes.map(textIn).join('') : ''
}

const attributesOf = ({ given }: PageElement): Record<string, string> =>
  Object.fromEntries(given.map(({ name, value }) => [name, value]))
