import type { Ids } from '../world.ts'

/** The caller's trace if it is well formed (W3C Trace Context), else a new one. */
export function readTrace(header: string | undefined, ids: Ids): string {
  if (header !== undefined && isTrace(header)) return header
  const [trace, span] = [ids.uuid().replaceAll('-', ''), ids.uuid().replaceAll('-', '').slice(0, 16)]
  return `00-${trace}-${span}-01`
}

function isTrace(text: string): boolean {
  const [, trace = '', span = ''] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/.exec(text) ?? []
  return /[1-9a-f]/.test(trace) && /[1-9a-f]/.test(span)
}
