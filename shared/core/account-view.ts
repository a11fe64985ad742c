import type { AccountRow } from '../store/accounts.ts'
import type { Role } from './roles.ts'

/** An account as it is shown. */
export interface AccountView {
  id: string
  name: string
  email: string
  role: Role
  createdAt: string
  updatedAt: string
}

/** The row as an account is shown: without its password. */
export function viewAccount({ id, name, email, role, createdAt, updatedAt }: AccountRow): AccountView {
  return { id, name, email, role, createdAt, updatedAt }
}
