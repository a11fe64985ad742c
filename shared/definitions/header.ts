import * as z from 'zod'
import type { Json, JsonObject } from '../world.ts'
import type { FlowSettings, Graph, Trigger } from './graph.ts'
import { metadataSchema, settingsSchema, triggerSchema, type WrittenSettings } from './header-schema.ts'
import { checkOutputSchema } from './output-schema.ts'
import { errorAt, type Finding } from './problem.ts'
import { isObject } from './reading.ts'
import { readWith } from './schema-findings.ts'

const triggersSchema = z.array(triggerSchema).max(50)

/** What the flow says about itself; the name is empty if the document has none. */
export function readMetadata(written: Json | undefined, findings: Finding[]): Graph['metadata'] {
  const read = readWith(metadataSchema, written ?? {}, '/metadata', findings)
  const { name = '', description, version } = read ?? {}
  return {
    name: name.trim().normalize('NFC'),
    ...(typeof description === 'string' ? { description } : {}),
    ...(version === undefined ? {} : { version }),
  }
}

/** What may start a run; `[{type: api}]` if the document says nothing. */
export function readTriggers(written: Json | undefined, findings: Finding[]): Trigger[] {
  if (written === undefined || written === null) return [{ type: 'api' }]
  const triggers = (readWith(triggersSchema, written, '/triggers', findings) ?? []) as Trigger[]
  const seen = new Set<string>()
  for (const [index, trigger] of triggers.entries()) {
    const own = `${trigger.type} ${String(trigger.id ?? trigger.flowType ?? '')}`.trim()
    if (seen.has(own))
      findings.push(errorAt(`/triggers/${index}`, 'duplicate_trigger', `The trigger ${own} is given twice`))
    seen.add(own)
  }
  return triggers
}

/**
 * Settings with their defaults; a flow that only journeys start waits 900 s for an answer of whoever it serves, and 7 days
 * for that of others, as any other flow does.
 */
export function readSettings(
  written: Json | undefined,
  triggers: Trigger[],
  findings: Finding[],
): FlowSettings {
  const read = readWith(settingsSchema, written ?? {}, '/settings', findings) ?? {}
  const journey = triggers.length > 0 && triggers.every(({ type }) => type === 'journey')
  return {
    ...(read.timeoutSeconds === undefined ? {} : { timeoutSeconds: read.timeoutSeconds }),
    waitTimeoutSeconds: read.waitTimeoutSeconds ?? (journey ? 900 : 604_800),
    ...(journey && read.waitTimeoutSeconds === undefined ? { othersTimeoutSeconds: 604_800 } : {}),
    durability: read.durability ?? 'auto',
    syncSeconds: read.syncSeconds ?? 25,
    retentionDays: read.retentionDays ?? null,
    ...(read.concurrency === undefined ? {} : { concurrency: concurrencyOf(read.concurrency) }),
  }
}

function concurrencyOf(
  written: NonNullable<WrittenSettings['concurrency']>,
): FlowSettings['concurrency'] & object {
  const { key, limit = 1, whenFull = 'queue' } = written
  return { key, limit, whenFull }
}

/** The JSON Schema of the final output, if the flow declares one. */
export function readOutput(written: Json | undefined, findings: Finding[]): JsonObject | undefined {
  if (written === undefined || written === null) return undefined
  findings.push(...checkOutputSchema(written, '/output'))
  return isObject(written) ? written : undefined
}
