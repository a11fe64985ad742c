/**
 * The strongly connected sets of a graph, each after those that it leads to (Tarjan, without recursion).
 *
 * @param targets where an id leads; only ids of the list count.
 */
export function components(ids: Iterable<string>, targets: (id: string) => string[]): string[][] {
  const inside = new Set(ids)
  const order = new Map<string, number>()
  const low = new Map<string, number>()
  const stack: string[] = []
  const onStack = new Set<string>()
  const found: string[][] = []
  for (const root of inside) {
    if (order.has(root)) continue
    const frames: { id: string; open: string[] }[] = []
    const enter = (id: string) => {
      order.set(id, order.size)
      low.set(id, order.get(id) as number)
      stack.push(id)
      onStack.add(id)
      frames.push({ id, open: targets(id).filter((target) => inside.has(target)) })
    }
    enter(root)
    while (frames.length > 0) {
      const { id, open } = frames.at(-1) as { id: string; open: string[] }
      const target = open.pop()
      if (target !== undefined) {
        if (!order.has(target)) enter(target)
        else if (onStack.has(target))
          low.set(id, Math.min(low.get(id) as number, order.get(target) as number))
        continue
      }
      frames.pop()
      const parent = frames.at(-1)?.id
      if (parent !== undefined) low.set(parent, Math.min(low.get(parent) as number, low.get(id) as number))
      if (low.get(id) !== order.get(id)) continue
      const members = stack.splice(stack.lastIndexOf(id))
      for (const member of members) onStack.delete(member)
      found.push(members)
    }
  }
  return found
}
