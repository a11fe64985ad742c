import type { ApiKeyRow } from '../store/api-keys.ts'

/** True while a key is neither revoked nor run out. */
export function keyCounts({ revokedAt, expiresAt }: ApiKeyRow, now: number): boolean {
  return revokedAt === undefined && (expiresAt === null || Date.parse(expiresAt) > now)
}
