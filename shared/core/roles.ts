/** What an account may be in its organisation. */
export const roles = ['admin', 'user', 'viewer'] as const

/** One of `roles`. */
export type Role = (typeof roles)[number]

/** What an API key may be allowed. */
export const scopes = [
  'flows:read',
  'flows:write',
  'runs:start',
  'runs:read',
  'runs:resume',
  'secrets:write',
  'accounts:admin',
] as const

/** One of `scopes`. */
export type Scope = (typeof scopes)[number]

/** The table of conventions.md §2: what each role gives. */
export const scopesOf: Record<Role, ReadonlySet<Scope>> = {
  admin: new Set(scopes),
  user: new Set<Scope>([
    'flows:read',
    'flows:write',
    'runs:start',
    'runs:read',
    'runs:resume',
    'secrets:write',
  ]),
  viewer: new Set<Scope>(['flows:read', 'runs:read']),
}
