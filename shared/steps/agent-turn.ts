import { StepError } from '../step-error.ts'
import type { Json, JsonObject } from '../world.ts'
import { callsPerTurn } from './agent-tools.ts'
import { askForStep } from './ask-model.ts'
import type { Tools } from './define.ts'
import { readJson } from './json-text.ts'
import type { ModelReply, Usage, WantedCall } from './model-call.ts'
import { readOutput } from './model-output.ts'
import type { ToolEnd, Turn } from './turns.ts'

/** What the model said in a turn before, as the machine carries it. */
type Said = { said: { content: string; calls: { id: string; name: string; arguments: string }[] } }

/** Largest conversation that is handed on, as JSON text. */
const mostBytes = 160_000

/**
 * One turn: the model is told the conversation so far and answers, or wants tools used. Calls that name no tool, or give it
 * what does not fit, are answered here, as a failure that the model may put right.
 *
 * @throws {StepError} the codes of `llm`; `Agent.ConversationTooLarge`.
 */
export async function takeTurn(args: JsonObject, tools: Tools): Promise<Json> {
  const {
    talk = [],
    turn = 0,
    usage: before,
  } = args as { talk?: (Said | ToolEnd)[]; turn?: number; usage?: Json }
  if (Buffer.byteLength(JSON.stringify(talk)) > mostBytes)
    throw new StepError('Agent.ConversationTooLarge', `The conversation is larger than ${mostBytes} bytes`)
  const known = (args.tools ?? []) as unknown as Known[]
  const offered = known.length === 0 ? {} : { tools: known.map(offer) }
  const reply = await askForStep(args, tools, { more: talk.map(asMessage), extra: offered })
  const usage = added((before ?? null) as Partial<Usage> | null, reply.usage)
  const wanted = withIds(reply.calls, turn)
  const said: Json[] = [{ said: { content: reply.content, calls: wanted.map((call) => ({ ...call })) } }]
  if (wanted.length === 0)
    return asJson({
      said,
      calls: [],
      done: true,
      output: await outputOf(reply, args, turn + 1, usage, tools),
      usage,
    })
  const calls: Turn['calls'] = []
  for (const [index, call] of wanted.entries()) {
    const read = index < callsPerTurn ? await readCall(call, known, tools) : tooManyCalls
    if ('args' in read) calls.push({ id: call.id, ...read })
    else said.push({ call: call.id, error: read })
  }
  return asJson({ said, calls, done: false, output: null, usage })
}

/** A tool as the model knows it. */
interface Known {
  name: string
  description?: string
  parameters: JsonObject
}

function asJson(turn: Turn): Json {
  return turn as unknown as Json
}

function offer({ name, description, parameters }: Known): Json {
  return {
    type: 'function',
    function: { name, ...(description === undefined ? {} : { description }), parameters },
  }
}

function asMessage(entry: Said | ToolEnd): Json {
  if ('said' in entry) {
    const { content, calls } = entry.said
    const tool_calls = calls.map(({ id, name, arguments: given }) => ({
      id,
      type: 'function',
      function: { name, arguments: given },
    }))
    return { role: 'assistant', content, ...(calls.length === 0 ? {} : { tool_calls }) }
  }
  const told: Json = 'error' in entry ? { error: entry.error } : entry.result
  return {
    role: 'tool',
    tool_call_id: entry.call,
    content: typeof told === 'string' ? told : JSON.stringify(told),
  }
}

function added(before: Partial<Usage> | null, { inputTokens, outputTokens }: Usage) {
  return {
    inputTokens: (before?.inputTokens ?? 0) + inputTokens,
    outputTokens: (before?.outputTokens ?? 0) + outputTokens,
  }
}

/** Each call has an id of its own, whatever the provider sends. */
function withIds(calls: WantedCall[], turn: number): WantedCall[] {
  const taken = new Set<string>()
  return calls.map((call, index) => {
    const usable = call.id !== '' && call.id.length <= 200 && !taken.has(call.id)
    const id = usable ? call.id : `call_${turn}_${index}`
    taken.add(id)
    return { ...call, id }
  })
}

type Refused = { code: string; message: string }

const tooManyCalls: Refused = {
  code: 'Agent.TooManyCalls',
  message: `At most ${callsPerTurn} tools may be called at once: call this one again`,
}

async function readCall(
  { name, arguments: given }: WantedCall,
  known: Known[],
  tools: Tools,
): Promise<{ tool: number; args: JsonObject } | Refused> {
  const tool = known.findIndex((one) => one.name === name)
  const found = known[tool]
  if (!found) return { code: 'Agent.UnknownTool', message: `There is no tool ${name.slice(0, 80)}` }
  const args = given.trim() === '' ? {} : readJson(given)
  if (typeof args !== 'object' || args === null || Array.isArray(args))
    return { code: 'Agent.BadArguments', message: 'The arguments are no JSON object' }
  const misfit = await tools.misfit(found.parameters, args)
  return misfit === null ? { tool, args } : { code: 'Agent.BadArguments', message: misfit }
}

async function outputOf(
  reply: ModelReply,
  { schema }: JsonObject,
  turns: number,
  usage: Usage,
  tools: Tools,
): Promise<Json> {
  const output = schema === undefined ? {} : { output: await readOutput(reply, schema as JsonObject, tools) }
  return { response: reply.content, ...output, turns, usage: { ...usage } }
}
