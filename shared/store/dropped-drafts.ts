import { keys } from './table.ts'
import type { Write } from './transact.ts'

/** Takes away a draft whose flow was not put. */
export function dropDraft(org: string, flow: string): Write {
  return { Delete: { TableName: '', Key: keys.draft(org, flow) } }
}
