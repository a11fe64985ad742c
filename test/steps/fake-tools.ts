import { schemaMisfit } from '../../shared/core/schema-misfit.ts'
import type { ModelTokens, Tools } from '../../shared/steps/define.ts'
import type { JsonObject, LogLevel, OutboundRequest, OutboundResponse } from '../../shared/world.ts'

/** Tools whose calls stay in the process: what was sent and logged can be read afterwards. */
export interface FakeTools extends Tools {
  requests: OutboundRequest[]
  tokens: ModelTokens[]
  lines: { level: LogLevel; message: string; data: JsonObject | undefined }[]
}

/** Tools that answer every call with the response. */
export function fakeTools(response: Partial<OutboundResponse> = {}, more: Partial<Tools> = {}): FakeTools {
  const requests: OutboundRequest[] = []
  const lines: FakeTools['lines'] = []
  const tokens: ModelTokens[] = []
  return {
    run: { id: 'r', orgId: 'o', flowId: 'f', version: 1, depth: 0, startedAt: '2026-03-01T06:00:00.000Z' },
    stepId: 'call',
    attempt: 1,
    effectKey: 'effect-1',
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    now: () => Date.UTC(2026, 2, 1),
    outbound: async (request) => {
      requests.push(request)
      return { status: 200, headers: {}, body: '', durationMs: 12, ...response }
    },
    sendMail: async () => ({ messageId: 'm' }),
    hide: async (text) => text,
    derive: async (use) => use,
    users: {
      create: async () => ({ userId: 'u', exists: false }),
      find: async () => null,
      verifyPassword: async () => null,
      setPassword: async () => true,
    },
    codes: {
      send: async ({ to }) => ({ sentTo: to, expiresAt: '2026-03-01T06:05:00.000Z' }),
      check: async () => ({ valid: true, attemptsLeft: 5 }),
    },
    tickets: {
      issue: async () => ({ ticket: 't', expiresAt: '2026-03-01T06:05:00.000Z' }),
      assert: async () => ({ assertion: 'a', expiresAt: '2026-03-01T06:05:00.000Z' }),
      check: async () => null,
    },
    log: (level, message, data) => void lines.push({ level, message, data }),
    provider: async () => null,
    misfit: async (schema, value) => schemaMisfit(schema, value),
    used: (count) => void tokens.push(count),
    requests,
    lines,
    tokens,
    ...more,
  }
}
