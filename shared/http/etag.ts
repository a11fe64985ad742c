import type { Guard } from '../core/flow-guard.ts'
import { Fault } from '../faults.ts'

/** Strong tags of `If-Match`; a weak one never matches. @throws {Fault} `invalid_request` if it cannot be read. */
export function readGuard(header: string | undefined): Guard {
  if (header === undefined) return {}
  if (header.trim() === '*') return { ifMatch: ['*'] }
  const tags = header.split(',').map((tag) => tag.trim())
  if (!tags.every((tag) => /^(W\/)?"[^"]*"$/.test(tag)))
    throw new Fault('invalid_request', 'If-Match must be * or a list of quoted tags', {
      issues: [{ path: 'If-Match', code: 'invalid_header', message: 'give * or quoted tags, such as "r12"' }],
    })
  return { ifMatch: tags.filter((tag) => !tag.startsWith('W/')) }
}

/** True if the caller has it already: `If-None-Match` compares weakly. */
export function isKnown(header: string | undefined, etag: string | undefined): boolean {
  if (header === undefined || etag === undefined) return false
  const plain = (tag: string) => tag.trim().replace(/^W\//, '')
  return header.trim() === '*' || header.split(',').some((tag) => plain(tag) === plain(etag))
}
