import { describe, expect, test } from 'vitest'
import { may, need, type Principal } from '../../shared/core/principal.ts'
import { type Role, roles, type Scope, scopes } from '../../shared/core/roles.ts'

function someone(role: Role, allowed: Scope[] | null): Principal {
  return {
    orgId: 'o',
    actor: 'user:a',
    accountId: 'a',
    email: 'a@b.example',
    role,
    scopes: allowed,
    sessionId: null,
  }
}

// Written out once more: the table of conventions.md §2 is a promise.
const table: Record<Role, Scope[]> = {
  admin: [
    'flows:read',
    'flows:write',
    'runs:start',
    'runs:read',
    'runs:resume',
    'secrets:write',
    'accounts:admin',
  ],
  user: ['flows:read', 'flows:write', 'runs:start', 'runs:read', 'runs:resume', 'secrets:write'],
  viewer: ['flows:read', 'runs:read'],
}

describe.each(roles)('C1 a signed-in %s', (role) => {
  test.each(scopes)('is judged by the table for %s', (scope) => {
    expect(may(someone(role, null), scope)).toBe(table[role].includes(scope))
  })
})

describe.each(roles)("C1 a %s's key", (role) => {
  test.each(scopes)('with that scope alone has %s if the role has it', (scope) => {
    expect(may(someone(role, [scope]), scope)).toBe(table[role].includes(scope))
  })

  test.each(scopes)('without scopes has no %s', (scope) => {
    expect(may(someone(role, []), scope)).toBe(false)
  })
})

test('what is not allowed is refused as forbidden', () => {
  expect(() => need(someone('viewer', null), 'runs:start')).toThrow(
    expect.objectContaining({ code: 'forbidden' }),
  )
})
