import * as z from 'zod'
import type { Json, JsonObject } from '../world.ts'
import { callsPerTurn, toldTool, tools, turnTool, type WrittenTool } from './agent-tools.ts'
import type { Placed, WorkStep } from './define.ts'
import { checkModelParams, modelParams, modelTimeouts } from './model-params.ts'

/** Turns of an agent whose author says nothing, and the most that he may ask for. */
const usualTurns = 10
const mostTurns = 50

const params = z
  .strictObject({
    ...modelParams,
    tools: tools.optional(),
    maxTurns: z.int().min(1).max(mostTurns).optional(),
  })
  .check(checkModelParams)

/**
 * Lets a model work with tools, turn by turn. Each turn (one call of the model) and each use of a tool is a state of the
 * machine and has a record of its own under the step's id: a turn of type `agent`, a tool of the type that does the same
 * (`client-tool`, `flow`, `http.request`) and named `<step>: <tool>`. `iteration` numbers them from 0: turn `"1"`, its second
 * tool `"1.1"`, behind the loop indexes around the step. So nothing that was recorded is done again, and each has its own
 * effect key.
 *
 * `timeoutSeconds` limits each call: of the model and of an http tool (which may take 60 s at most), of a client tool and of a
 * flow. `retry` tries calls of the model and of http tools again. How a tool fails, whatever it is, the model is told as that
 * tool's result.
 *
 * Output: `{response, output?, turns, usage}`. Errors: those of `llm`, `Agent.MaxTurns`, `Agent.ConversationTooLarge`.
 */
export const agent: WorkStep<z.infer<typeof params>> = {
  type: 'agent',
  kind: 'work',
  summary: 'Lets a model work with tools',
  params,
  output: ['response', 'output', 'turns', 'usage'],
  example: {
    system: 'You help with orders',
    prompt: '{{question}}',
    tools: [
      {
        type: 'client',
        name: 'readCart',
        description: 'Reads the cart',
        parameters: { type: 'object', properties: { cartId: { type: 'string' } }, required: ['cartId'] },
      },
      { type: 'flow', name: 'score', flowId: '0d6c1f5e-7a51-4d0e-9c64-1f0c7a0b9f11', version: 2 },
      {
        type: 'http',
        name: 'weather',
        url: 'https://weather.example.com/{{args.city}}',
        headers: { Authorization: 'Bearer {{secrets.WEATHER_KEY}}' },
      },
    ],
    maxTurns: 5,
  },
  choices: { model: 'models' },
  listChoices: { tools: { flowId: 'flows', version: 'versions' } },
  outcomes: () => [],
  secrets: true,
  paramNames: { tools: ['args'] },
  turns: {
    waits: (written) => readTools(written).some(({ type }) => type !== 'http'),
    rounds: ({ maxTurns }) => (maxTurns ?? usualTurns) * (1 + callsPerTurn),
    events: ({ maxTurns }) => (maxTurns ?? usualTurns) * (turnEvents + callsPerTurn * toolEvents),
  },
  schemas: (written) => [
    ...(written.schema === undefined ? [] : [{ path: ['schema'], value: written.schema as JsonObject }]),
    ...readTools(written).flatMap(({ parameters }, index) =>
      parameters === undefined
        ? []
        : [{ path: ['tools', index, 'parameters'], value: parameters as JsonObject }],
    ),
  ],
  flows: (written) =>
    readTools(written).flatMap((tool, index): Placed<string>[] =>
      tool.type === 'flow' && typeof tool.flowId === 'string'
        ? [{ path: ['tools', index, 'flowId'], value: tool.flowId }]
        : [],
    ),
  compile({ tools = [], maxTurns = usualTurns, ...asked }, place) {
    return place.turns({
      args: { ...(asked as JsonObject), tools: tools.map(toldTool) as Json },
      tools: tools.map(turnTool),
      maxTurns,
      tooMany: { code: 'Agent.MaxTurns', message: `The agent is not done after ${maxTurns} turns` },
      tooLarge: {
        code: 'Agent.ConversationTooLarge',
        message: 'The conversation is larger than the 256 KiB that the engine carries',
      },
      timeouts: modelTimeouts,
    })
  },
  // Read from disk by the first turn: most functions never take one.
  run: async (args, tools) => (await import('./agent-turn.ts')).takeTurn(args, tools),
}

/** History events of a turn with the choice after it, and of a tool: a wait, its expiry, the choice. */
const turnEvents = 5 + 2
const toolEvents = 6 + 5 + 2

/** Of a draft whose params are not valid, what is a list of objects. */
function readTools({ tools: written }: { tools?: unknown }): WrittenTool[] {
  if (!Array.isArray(written)) return []
  return written.filter((tool): tool is WrittenTool => typeof tool === 'object' && tool !== null)
}
