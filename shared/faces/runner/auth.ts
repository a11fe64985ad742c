import * as z from 'zod'
import { logIn, logOut, refresh as refreshToken, type Session } from '../../core/sign-in.ts'
import { Fault } from '../../faults.ts'
import { route } from '../../http/route.ts'

const tokenReply = z.object({ token: z.string(), expires_at: z.string(), account_id: z.string() })
const none = z.strictObject({})

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
  params: none,
  query: none,
  body: z.strictObject({
    username: z.string().optional(),
    email: z.string().optional(),
    password: z.string(),
  }),
  reply: { 200: tokenReply },
  faults: ['unauthorized', 'rate_limited'],
  async answer(world, { body, address }) {
    const username = body.username ?? body.email
    if (username === undefined)
      throw new Fault('invalid_request', 'username is required', {
        issues: [{ path: '/username', code: 'required', message: 'username is required' }],
      })
    return printed(await logIn(world, { username, password: body.password, address }))
  },
})

export const refresh = route({
  face: 'runner',
  method: 'POST',
  path: '/api/v1/auth/refresh',
  summary: 'Swap the token for a new one',
  // The token itself is judged by the swap: the one before may still be swapped once.
  auth: 'open',
  scope: null,
  role: 'viewer',
  objects: {},
  params: none,
  query: none,
  reply: { 200: tokenReply },
  faults: ['unauthorized'],
  async answer(world, { token }) {
    return printed(await refreshToken(world, token))
  },
})

export const logout = route({
  face: 'runner',
  method: 'POST',
  path: '/api/v1/auth/logout',
  summary: 'End the session',
  auth: 'session',
  scope: null,
  role: 'viewer',
  objects: {},
  params: none,
  query: none,
  reply: { 200: z.object({ message: z.string() }) },
  faults: ['unauthorized'],
  async answer(world, { principal }) {
    await logOut(world, principal)
    return { body: { message: 'Logged out successfully' } }
  },
})
