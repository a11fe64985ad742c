import * as z from 'zod'
import type { Session } from '../../core/sign-in.ts'
import { route } from '../../http/route.ts'
import { instant, noParams, uuid } from '../shapes.ts'
import { firstOf } from './first-of.ts'

/** Read from disk by the first who signs in: every other call brings its token or key. */
const signIn = () => import('../../core/sign-in.ts')

const none = z.strictObject({})
const tokenReply = { 200: z.strictObject({ token: z.string(), expires_at: instant, account_id: uuid }) }

function printed({ token, expiresAt, accountId }: Session) {
  return { body: { token, expires_at: expiresAt, account_id: accountId } }
}

/** Seed 003: sign in (headless-runner-executions.md 1.3). */
export const login = route({
  face: 'runner',
  method: 'POST',
  path: '/api/v1/auth/login',
  summary: 'Sign in with e-mail and password',
  auth: 'open',
  scope: null,
  role: null,
  objects: {},
  params: noParams,
  query: none,
  body: z.strictObject({
    username: z.string().optional(),
    // As it is called everywhere else.
    email: z.string().optional(),
    password: z.string(),
  }),
  reply: tokenReply,
  faults: ['rate_limited'],
  async answer(world, { body, address }) {
    const { logIn } = await signIn()
    const username = firstOf(['username', body.username], ['email', body.email])
    return printed(await logIn(world, { username, password: body.password, address }))
  },
})

export const refresh = route({
  face: 'runner',
  method: 'POST',
  path: '/api/v1/auth/refresh',
  summary: 'Swap the token for a new one',
  auth: 'session',
  // The swap judges it: the token before may be swapped once more, though it opens nothing else.
  judgesToken: true,
  scope: null,
  role: 'viewer',
  objects: {},
  params: noParams,
  query: none,
  reply: tokenReply,
  faults: [],
  async answer(world, { token }) {
    const { refresh: swap } = await signIn()
    return printed(await swap(world, token))
  },
})

export const logout = route({
  face: 'runner',
  method: 'POST',
  path: '/api/v1/auth/logout',
  summary: 'End the session',
  auth: 'session',
  keysAre: 'unauthorized',
  scope: null,
  role: 'viewer',
  objects: {},
  params: noParams,
  query: none,
  reply: { 200: z.strictObject({ message: z.string() }) },
  faults: [],
  async answer(world, { principal }) {
    const { logOut } = await signIn()
    await logOut(world, principal)
    return { body: { message: 'Logged out successfully' } }
  },
})
