import * as z from 'zod'
import { deleteSecretOf, listSecretsOf, writeSecretOf } from '../../core/account-secrets.ts'
import type { SecretEntry } from '../../core/secrets.ts'
import { route } from '../../http/route.ts'
import { instant, uuid } from '../shapes.ts'

/** An account, `me`, or the organisation's own id for what all its flows see. */
const account = z.union([z.literal('me'), uuid])
const byOwner = z.strictObject({ account_id: account })
const byKey = z.strictObject({ account_id: account, key: z.string() })
const noQuery = z.strictObject({})
const entryShape = z.strictObject({ key: z.string(), created_at: instant, updated_at: instant })

/** Seed 003: secrets are written and never read back (headless-runner-executions.md 1.7). */
export const list = route({
  face: 'runner',
  method: 'GET',
  path: '/api/v1/accounts/{account_id}/secrets',
  summary: 'List the names of secrets',
  auth: 'bearer',
  scope: 'secrets:write',
  role: 'user',
  ownAccount: 'account_id',
  objects: { account_id: 'account' },
  params: byOwner,
  query: noQuery,
  reply: { 200: z.strictObject({ secrets: z.array(entryShape) }) },
  faults: [],
  async answer(world, { principal, params }) {
    const secrets = await listSecretsOf(world, principal, params.account_id)
    return { body: { secrets: secrets.map(entryObject) } }
  },
})

export const create = route({
  face: 'runner',
  method: 'POST',
  path: '/api/v1/accounts/{account_id}/secrets',
  summary: 'Keep a new secret',
  auth: 'bearer',
  scope: 'secrets:write',
  role: 'user',
  objects: { account_id: 'account' },
  params: byOwner,
  query: noQuery,
  body: z.strictObject({ key: z.string(), value: z.string() }),
  reply: { 201: entryShape },
  faults: ['conflict'],
  async answer(world, { principal, params, body }) {
    const { entry } = await writeSecretOf(world, principal, params.account_id, body, { once: true })
    return { status: 201, body: entryObject(entry) }
  },
})

export const put = route({
  face: 'runner',
  method: 'PUT',
  path: '/api/v1/accounts/{account_id}/secrets/{key}',
  summary: 'Keep or rotate a secret',
  auth: 'bearer',
  scope: 'secrets:write',
  role: 'user',
  objects: { account_id: 'account', key: 'secret' },
  params: byKey,
  query: noQuery,
  body: z.strictObject({ value: z.string() }),
  reply: { 200: entryShape, 201: entryShape },
  faults: ['conflict'],
  async answer(world, { principal, params, body }) {
    const secret = { key: params.key, value: body.value }
    const { entry, isNew } = await writeSecretOf(world, principal, params.account_id, secret)
    return { status: isNew ? 201 : 200, body: entryObject(entry) }
  },
})

export const remove = route({
  face: 'runner',
  method: 'DELETE',
  path: '/api/v1/accounts/{account_id}/secrets/{key}',
  summary: 'Delete a secret',
  auth: 'bearer',
  scope: 'secrets:write',
  role: 'user',
  objects: { account_id: 'account', key: 'secret' },
  params: byKey,
  query: noQuery,
  reply: { 200: z.strictObject({ message: z.string() }) },
  faults: [],
  async answer(world, { principal, params }) {
    await deleteSecretOf(world, principal, params.account_id, params.key)
    return { body: { message: 'Secret deleted successfully' } }
  },
})

function entryObject({ key, createdAt, updatedAt }: SecretEntry) {
  return { key, created_at: createdAt, updated_at: updatedAt }
}
