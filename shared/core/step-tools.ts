import { createHash } from 'node:crypto'
import type { WorkEvent } from '../asl/step-event.ts'
import type { ModelTokens, Tools } from '../steps/define.ts'
import type { LogLine, StepRow } from '../store/run-steps.ts'
import type { RunRow } from '../store/runs.ts'
import type { JsonObject, LogLevel, World } from '../world.ts'
import { logLine } from './log-lines.ts'

/** What one try leaves behind besides its output. */
export interface Try {
  lines: LogLine[]
  /** To be masked wherever they stand. */
  values: string[]
  tokens: ModelTokens[]
}

/** What a working step may touch in one try; what it leaves is put into `kept`. */
export function toolsFor(
  world: World,
  event: WorkEvent,
  row: RunRow,
  { stepKey: key }: StepRow,
  kept: Try,
): Tools {
  const { run, stepId, retries, timeoutSeconds } = event
  const trace = row.traceparent?.split('-')[1] ?? run.id.replaceAll('-', '')
  const span = createHash('sha256').update(key).digest('hex').slice(0, 16)
  return {
    run,
    stepId,
    attempt: retries + 1,
    effectKey: `${run.id}:${key}`,
    traceparent: `00-${trace}-${span}-01`,
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
    now: () => world.clock.now(),
    outbound: world.outbound,
    sendMail: async (message) =>
      (await import('./send-mail.ts')).sendMail(world, message, `${run.id}:${key}`),
    hide: async (text) =>
      (await import('./sealing.ts')).seal(world, { orgId: run.orgId, runId: run.id }, text),
    derive: async (use) =>
      (await (await import('./people-key.ts')).keyedDigest(world, use, [run.id, key])).toString('base64url'),
    ...peopleTools(world, run, `${run.id}:${key}`),
    log: (level: LogLevel, message: string, data?: JsonObject) =>
      void kept.lines.push(logLine(world, level, message, data)),
    async provider() {
      const found = await (await import('../aws/model-provider.ts')).modelProvider(world)
      if (found !== null && found.apiKey !== null) kept.values.push(found.apiKey)
      return found
    },
    misfit: async (schema, value) => (await import('./schema-misfit.ts')).schemaMisfit(schema, value),
    used: (tokens) => void kept.tokens.push(tokens),
  }
}

/** Few flows know people: only their steps read from disk what does. */
function peopleTools(
  world: World,
  { id: runId, orgId }: WorkEvent['run'],
  effectKey: string,
): Pick<Tools, 'users' | 'codes' | 'tickets'> {
  const users = async () => (await import('./users.ts')).usersFor(world, orgId, effectKey)
  const tickets = async () => (await import('./tickets.ts')).ticketsFor(world, { orgId, runId }, effectKey)
  const codes = async () => {
    const { codesFor } = await import('./codes.ts')
    return codesFor(world, orgId, effectKey, async (message) =>
      (await import('./send-mail.ts')).sendMail(world, message, effectKey),
    )
  }
  return {
    users: {
      create: async (...given) => (await users()).create(...given),
      find: async (...given) => (await users()).find(...given),
      verifyPassword: async (...given) => (await users()).verifyPassword(...given),
      setPassword: async (...given) => (await users()).setPassword(...given),
    },
    codes: {
      send: async (...given) => (await codes()).send(...given),
      check: async (...given) => (await codes()).check(...given),
    },
    tickets: {
      issue: async (...given) => (await tickets()).issue(...given),
      assert: async (...given) => (await tickets()).assert(...given),
      check: async (...given) => (await tickets()).check(...given),
    },
  }
}
