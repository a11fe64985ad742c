import type { Json, JsonObject } from '../world.ts'

/** A tool that a turn may want used: a state that does what the step of that type does. */
export interface TurnTool {
  name: string
  /** As what the state works: an open question, another run, or a call of the step function. */
  how: 'ask' | 'subflow' | 'work'
  /** Step type that does it. */
  type: string
  /** Params of that step; expressions in them may read `args`, what the tool is called with. */
  args: JsonObject
  /** JSONata of what the next turn is told, from the result given as JSONata; absent = the result. */
  gives?(result: string): string
}

/** How a step that works in turns is compiled. */
export interface TurnsOptions {
  /** What each turn is given, besides `talk`, `turn` and `usage` of the turns before. */
  args: JsonObject
  /** In the order by which a turn names them. */
  tools: TurnTool[]
  /** A step that is not done after so many turns fails with this error. */
  maxTurns: number
  tooMany: { code: string; message: string }
  /** The error of a talk that the engine cannot carry. */
  tooLarge: { code: string; message: string }
  timeouts: string[]
}

/** What the function answers to a turn: its machine goes on by this. */
export interface Turn {
  /** Added to `talk`: what was said, and results that are known without a tool. */
  said: Json[]
  /** Tools to be used, one after the other; `tool` counts in `TurnsOptions.tools`. */
  calls: { id: string; tool: number; args: JsonObject }[]
  done: boolean
  /** Of the step; null unless done. */
  output: Json
  /** Of all turns so far. */
  usage: Json
}

/** What the machine adds to `talk` for each call. */
export type ToolEnd =
  | { call: string; result: Json }
  | { call: string; error: { code: string; message: string } }
