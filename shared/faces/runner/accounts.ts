import * as z from 'zod'
import type { AccountView } from '../../core/account-view.ts'
import { createAccount, deleteAccount, listAccounts, readAccount } from '../../core/accounts.ts'
import { changeAccount } from '../../core/change-account.ts'
import type { Principal } from '../../core/principal.ts'
import { route } from '../../http/route.ts'
import { instant, noParams, role, uuid } from '../shapes.ts'
import { inAccount } from './issues-at.ts'
import { askedPart, listOf, listQuery, listReply } from './pages.ts'

/** `me` stands for one's own. */
const byAccount = z.strictObject({ id: z.union([z.literal('me'), uuid]) })
const noQuery = z.strictObject({})

const accountShape = z.strictObject({
  id: uuid,
  name: z.string(),
  email: z.string(),
  role,
  created_at: instant,
  updated_at: instant,
})

/** Seed 003: the accounts of the organisation (headless-runner-executions.md 1.6). */
export const list = route({
  face: 'runner',
  method: 'GET',
  path: '/api/v1/accounts',
  summary: 'List accounts, oldest first',
  auth: 'bearer',
  scope: 'accounts:admin',
  role: 'admin',
  objects: {},
  params: noParams,
  query: z.strictObject({ ...listQuery, role: role.optional() }),
  reply: { 200: listOf('accounts', accountShape) },
  faults: [],
  async answer(world, { principal, query, cursor }) {
    const asked = askedPart(query)
    const offset = asked.cursor === undefined ? asked.offset : await cursor.open<number>(asked.cursor)
    const { limit } = asked
    const found = await listAccounts(world, principal, { ...pick(query.role), limit, offset })
    const end = offset + limit
    return listReply('accounts', asked, {
      items: found.accounts.map(accountObject),
      total: found.total,
      next: end < found.total ? await cursor.seal(end) : null,
    })
  },
})

export const read = route({
  face: 'runner',
  method: 'GET',
  path: '/api/v1/accounts/{id}',
  summary: 'Read an account',
  auth: 'bearer',
  scope: 'accounts:admin',
  role: 'admin',
  ownAccount: 'id',
  objects: { id: 'account' },
  params: byAccount,
  query: noQuery,
  reply: { 200: accountShape },
  faults: [],
  async answer(world, { principal, params }) {
    return { body: accountObject(await readAccount(world, principal, idOf(principal, params.id))) }
  },
})

export const create = route({
  face: 'runner',
  method: 'POST',
  path: '/api/v1/accounts',
  summary: 'Make an account',
  auth: 'bearer',
  scope: 'accounts:admin',
  role: 'admin',
  objects: {},
  params: noParams,
  query: noQuery,
  body: z.strictObject({ name: z.string(), email: z.string(), password: z.string(), role: role.optional() }),
  reply: { 201: accountShape },
  faults: ['conflict'],
  async answer(world, { principal, body }) {
    const { role: wanted, ...details } = body
    const account = await createAccount(world, principal, { ...details, ...pick(wanted) })
    return { status: 201, location: `/api/v1/accounts/${account.id}`, body: accountObject(account) }
  },
})

export const change = route({
  face: 'runner',
  method: 'PUT',
  path: '/api/v1/accounts/{id}',
  summary: 'Change an account; what is left out stays',
  auth: 'bearer',
  scope: 'accounts:admin',
  role: 'admin',
  ownAccount: 'id',
  objects: { id: 'account' },
  params: byAccount,
  query: noQuery,
  // An account that was just read can be sent back changed.
  body: z.strictObject({
    name: z.string().optional(),
    email: z.string().optional(),
    role: role.optional(),
    password: z.string().optional(),
    current_password: z.string().optional(),
    id: z.unknown().optional(),
    created_at: z.unknown().optional(),
    updated_at: z.unknown().optional(),
  }),
  reply: { 200: accountShape },
  faults: ['conflict', 'rate_limited'],
  async answer(world, { principal, params, body }) {
    const { name, email, role: wanted, password, current_password: currentPassword } = body
    const wish = {
      ...(name === undefined ? {} : { name }),
      ...(email === undefined ? {} : { email }),
      ...pick(wanted),
      ...(password === undefined ? {} : { password }),
      ...(currentPassword === undefined ? {} : { currentPassword }),
    }
    const account = await inAccount(changeAccount(world, principal, idOf(principal, params.id), wish))
    return { body: accountObject(account) }
  },
})

export const remove = route({
  face: 'runner',
  method: 'DELETE',
  path: '/api/v1/accounts/{id}',
  summary: 'Delete an account; its flows and runs stay',
  auth: 'bearer',
  scope: 'accounts:admin',
  role: 'admin',
  objects: { id: 'account' },
  params: byAccount,
  query: noQuery,
  reply: { 200: z.strictObject({ message: z.string() }) },
  faults: ['conflict'],
  async answer(world, { principal, params }) {
    await deleteAccount(world, principal, idOf(principal, params.id))
    return { body: { message: 'Account deleted successfully' } }
  },
})

function accountObject({ id, name, email, role: is, createdAt, updatedAt }: AccountView) {
  return { id, name, email, role: is, created_at: createdAt, updated_at: updatedAt }
}

/** A key has a maker, but no own account. */
function idOf({ accountId }: Principal, named: string): string {
  return named === 'me' ? (accountId ?? '') : named
}

function pick<T>(wanted: T | undefined): { role?: T } {
  return wanted === undefined ? {} : { role: wanted }
}
