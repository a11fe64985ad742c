import { createHash } from 'node:crypto'
import { canonicalJson } from '../asl/canonical.ts'
import type { Machine } from '../asl/states.ts'
import type { Json } from '../world.ts'
import { compilerVersion } from './version.ts'

/** What a machine is, besides whose it is. */
export interface MachineParts {
  stage: string
  orgId: string
  flowId: string
  kind: 'standard' | 'express'
  definition: Machine
  roleArn: string
  logging: Json
  tracing: Json
  encryption: Json
}

/**
 * The machine's content-addressed name `<stage>-<org8>-<flow8>-<hash16>-<S|E>` and its whole hash (aws.md 2.3): the same
 * bytes have the same name, so creating a machine again is harmless.
 */
export function machineName(parts: MachineParts): { name: string; hash: string } {
  const { stage, orgId, flowId, kind, definition, roleArn, logging, tracing, encryption } = parts
  const type = kind === 'standard' ? 'STANDARD' : 'EXPRESS'
  const content = { definition, type, roleArn, logging, tracing, encryption, compilerVersion }
  const hash = createHash('sha256').update(canonicalJson(content)).digest('hex')
  const name = [stage, short(orgId), short(flowId), hash.slice(0, 16), type[0]].join('-')
  if (name.length > 80) throw new Error(`The stage name ${stage} is too long for machine names`)
  return { name, hash }
}

/** The first 8 hex digits of an id. */
function short(id: string): string {
  return id.replaceAll('-', '').slice(0, 8)
}
