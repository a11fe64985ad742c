import type { AccountRow } from '../store/accounts.ts'
import type { SessionRow } from '../store/sessions.ts'

/** A session ends so long after login, whatever is refreshed, in milliseconds. */
export const sessionLifeMs = 30 * 86_400_000
/** The token before may be swapped once more, e.g. by a second tab, and yields the same bytes. */
const leewayMs = 60_000

/** True while tokens of the session may count. */
export function isOpen(session: SessionRow, account: AccountRow, now: number): boolean {
  return (
    session.revokedAt === undefined &&
    session.accountId === account.id &&
    session.epoch === account.epoch &&
    account.disabled !== true &&
    now < session.openedAt + sessionLifeMs
  )
}

/** True for the token that was swapped last, within its leeway. */
export function isRepeat({ previousJti, swappedAt = 0 }: SessionRow, jti: string, now: number): boolean {
  return previousJti === jti && now <= swappedAt + leewayMs
}
