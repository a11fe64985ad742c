import { Fault, type Issue } from '../faults.ts'
import { emailKey } from '../store/accounts.ts'
import { passwordIssues } from './passwords.ts'
import { type Role, roles } from './roles.ts'

/** What an account is made of. */
export interface AccountDetails {
  name?: string
  email?: string
  password?: string
  role?: Role
}

/**
 * Name and e-mail as they are stored: the name trimmed, the e-mail in lower case, both in NFC.
 *
 * @throws {Fault} `validation_failed` with every member that cannot be taken.
 */
export function readAccountDetails({ name, email, password, role }: AccountDetails): AccountDetails {
  const details: AccountDetails = {
    ...(name === undefined ? {} : { name: name.trim().normalize('NFC') }),
    ...(email === undefined ? {} : { email: emailKey(email) }),
    ...(password === undefined ? {} : { password }),
    ...(role === undefined ? {} : { role }),
  }
  const issues = [
    ...(details.name === undefined ? [] : nameIssues(details.name)),
    ...(details.email === undefined ? [] : emailIssues(details.email)),
    ...(password === undefined ? [] : passwordIssues(password)),
    ...(role === undefined || roles.includes(role) ? [] : [roleIssue]),
  ]
  if (issues.length === 0) return details
  throw new Fault('validation_failed', 'The account cannot be like this', { issues })
}

function nameIssues(name: string): Issue[] {
  if (name.isWellFormed() && /^[^\p{Cc}]{1,200}$/u.test(name)) return []
  return [{ path: '/name', code: 'length', message: 'name must have 1 to 200 printable characters' }]
}

function emailIssues(email: string): Issue[] {
  const good = email.isWellFormed() && email.length <= 254 && /^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(email)
  return good ? [] : [{ path: '/email', code: 'email', message: 'email must be an e-mail address' }]
}

const roleIssue: Issue = { path: '/role', code: 'role', message: `role must be one of ${roles.join(', ')}` }
