import { modelProvider } from '../aws/model-provider.ts'
import type { Problem } from '../definitions/problem.ts'
import { Fault } from '../faults.ts'
import { StepError } from '../step-error.ts'
import { readJson } from '../steps/json-text.ts'
import { modelAddress } from '../steps/model-address.ts'
import { askModel, type Usage } from '../steps/model-call.ts'
import { unfenced } from '../steps/model-output.ts'
import type { Json, JsonObject, World } from '../world.ts'
import { checkedDefinition, definitionOfObject } from './definition-of.ts'
import { correctionPrompt, enhancePrompt } from './enhance-prompt.ts'
import { limitRate } from './rate-limit.ts'

/** What is wished for. */
export interface EnhanceOrder {
  prompt: string
  /** As written, in any form of the language; absent = a new flow. */
  definition?: Json | undefined
}

/** What the model made of it; nothing is stored. */
export interface Enhanced {
  definition: JsonObject
  notes: string[]
  /** What the checks still find. */
  problems: Problem[]
  usage: Usage
}

const callsAMinute = 10
const longestMs = 25_000
/** Less time is not worth another call. */
const shortestMs = 1000
const corrections = 2
const mostProblems = 50
const mostNotes = 20

/**
 * Lets the operator's model write or change a definition (dashboard.md §6). It is given the wish, the definition and the
 * catalogue of steps. What it answers passes the same checks as any draft; errors go back to it at most twice.
 *
 * @throws {Fault} `enhance_unavailable` without a provider; `rate_limited`; `unavailable` if the model does not answer within
 *   25 s, or not with a definition.
 */
export async function enhance(
  world: World,
  owner: { orgId: string; flowId: string },
  { prompt, definition }: EnhanceOrder,
): Promise<Enhanced> {
  const provider = await modelProvider(world)
  if (provider?.model == null)
    throw new Fault('enhance_unavailable', 'No model provider is configured for this service')
  await limitRate(world, `enhance ${owner.orgId}`, callsAMinute)
  const until = world.clock.now() + longestMs
  const usage: Usage = { inputTokens: 0, outputTokens: 0 }
  const wish = JSON.stringify({ wish: prompt, ...(definition === undefined ? {} : { definition }) })
  const messages: Json[] = [
    { role: 'system', content: enhancePrompt() },
    { role: 'user', content: wish },
  ]
  let best: Enhanced | null = null
  for (let tries = 0; tries <= corrections; tries++) {
    const leftMs = until - world.clock.now()
    if (leftMs < shortestMs) break
    const answer = await ask(world, messages, leftMs, usage, best !== null)
    if (answer === null) break
    const read = await readAnswer(world, owner, answer)
    const errors = 'definition' in read ? errorsOf(read.problems) : [read.unreadable]
    // A correction may make things worse.
    if ('definition' in read && (best === null || errors.length <= errorsOf(best.problems).length))
      best = { ...read, usage }
    if (errors.length === 0) break
    messages.push(
      { role: 'assistant', content: answer },
      { role: 'user', content: correctionPrompt(errors.slice(0, mostProblems)) },
    )
  }
  if (best === null) throw noAnswer('The model did not answer with a definition')
  return best
}

/** The model's words; null if it fails where there is something to show already. */
async function ask(
  world: World,
  messages: Json[],
  timeoutMs: number,
  usage: Usage,
  canDoWithout: boolean,
): Promise<string | null> {
  try {
    const address = await modelAddress({}, () => modelProvider(world))
    const reply = await askModel(world.outbound, address, {
      body: { messages, response_format: { type: 'json_object' } },
      headers: {},
      timeoutMs,
    })
    usage.inputTokens += reply.usage.inputTokens
    usage.outputTokens += reply.usage.outputTokens
    return reply.content
  } catch (error) {
    if (!(error instanceof StepError)) throw error
    world.log.warn('The model provider failed', { code: error.code })
    if (canDoWithout) return null
    throw noAnswer('The model provider did not answer', error)
  }
}

function noAnswer(message: string, cause?: unknown): Fault {
  return new Fault('unavailable', message, { reason: 'model_failed', retryAfterSeconds: 5 }, cause)
}

type Read = Omit<Enhanced, 'usage'> | { unreadable: string }

async function readAnswer(
  world: World,
  owner: { orgId: string; flowId: string },
  answer: string,
): Promise<Read> {
  const value = readJson(unfenced(answer))
  const { definition, notes } = (isObject(value) ? value : {}) as { definition?: Json; notes?: Json }
  if (!isObject(definition))
    return { unreadable: 'The answer is no JSON object {"definition": {...}, "notes": [...]}' }
  try {
    const { written } = await definitionOfObject(definition)
    const { problems } = await checkedDefinition(world, owner, written.text)
    return { definition, notes: notesOf(notes), problems }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { unreadable: error.message }
  }
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function notesOf(notes: Json | undefined): string[] {
  const list = Array.isArray(notes) ? notes : []
  return list
    .filter((note): note is string => typeof note === 'string' && note !== '')
    .slice(0, mostNotes)
    .map((note) => note.slice(0, 500))
}

function errorsOf(problems: Problem[]): string[] {
  return problems
    .filter(({ severity }) => severity === 'error')
    .map(({ path, code, message }) => `${path || '/'} ${code}: ${message}`)
}
