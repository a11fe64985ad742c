import type { Json, JsonObject } from '../world.ts'

/** A declared input or form field (flow-language.md §1). */
export interface Field {
  name: string
  type:
    | 'text'
    | 'textarea'
    | 'number'
    | 'integer'
    | 'boolean'
    | 'date'
    | 'datetime'
    | 'select'
    | 'multiselect'
    | 'email'
    | 'url'
    | 'json'
    | 'file'
    | 'password'
  label?: string
  description?: string
  required: boolean
  default?: Json
  options?: (Json | { label: string; value: Json })[]
  /** Sealed at the door like a `password`. */
  sensitive?: boolean
}

/** What may start a run of the flow. */
export interface Trigger {
  type: 'api' | 'form' | 'schedule' | 'webhook' | 'journey'
  [member: string]: Json | undefined
}

/** The author's retry of a working step. */
export interface Retry {
  maxAttempts: number
  intervalSeconds: number
  backoffRate: number
  maxDelaySeconds?: number
  /** Error names; absent = every error. */
  on?: string[]
}

/** Settings of a flow with every default filled in, except those that depend on the graph (then absent). */
export interface FlowSettings {
  /** Whole run; absent = 1 h without waits, 30 d with. */
  timeoutSeconds?: number
  /** Default per wait: 7 d. */
  waitTimeoutSeconds: number
  /** The same where somebody else than the caller must answer; absent = `waitTimeoutSeconds`. */
  othersTimeoutSeconds?: number
  durability: 'auto' | 'standard'
  /** How long a synchronous face waits before it answers 202; 0-25. */
  syncSeconds: number
  /** null = as the organisation has set it. */
  retentionDays: number | null
  concurrency?: { key: string; limit: number; whenFull: 'queue' | 'reject' | 'cancel-previous' }
}

/** One step as the author wrote it, normalised: params still hold `{{ }}` templates. */
export interface Node {
  id: string
  /** The canonical type (`http.request`), aliases resolved. */
  type: string
  /** The type as the author wrote it (`http`), shown in logs. */
  writtenType: string
  /** Shown to people; the id if the author gave none. */
  name: string
  /** As validated by the step's schema, without the bodies. */
  params: JsonObject
  /** The name later expressions use; the id if the author gave none. */
  output: string
  retry?: Retry
  timeoutSeconds?: number
  /** Outcome -> step id in the same scope. */
  next: Record<string, string>
  /** Nested graphs of `each` and `while` (`body`) and `parallel` (one per branch), in the order written. */
  bodies: Record<string, Scope>
}

/** A set of steps that run one after another from `start`; the top level, or a body. */
export interface Scope {
  start: string
  /** In the order written. Keys are step ids. */
  nodes: Record<string, Node>
}

/** A definition that has been read: one form for all dialects, and the input of the compiler. */
export interface Graph extends Scope {
  metadata: { name: string; description?: string; version?: string }
  triggers: Trigger[]
  /** Declared inputs; absent = any object is accepted. */
  inputs?: Field[]
  /** JSON Schema 2020-12 of the final output. */
  output?: JsonObject
  settings: FlowSettings
}

/** How a definition was written. */
export interface Written {
  /** The text exactly as it came; an object is kept as JSON text with two-space indent. */
  text: string
  format: 'json' | 'yaml'
  dialect: 'nodes' | 'steps' | 'flowrunner' | 'builder'
}
