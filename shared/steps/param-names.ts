import * as z from 'zod'
import type { Issue } from '../faults.ts'
import { pointerOf } from '../pointer.ts'
import type { Json, JsonObject } from '../world.ts'
import { readAnswer } from './answer.ts'
import type { Question } from './define.ts'
import { isTemplate } from './params.ts'

/** A name that an answer uses: fixed, since the caller's program is written for it. */
export const paramName = z
  .string()
  .min(1)
  .max(200)
  .refine(
    (name): boolean => !isTemplate(name) && !/\p{Cc}/u.test(name) && name !== '__proto__',
    'Expected a fixed name without expressions',
  )

/** Names of the values that an answer must bring along. */
export const paramNameList = z
  .array(paramName)
  .min(1)
  .max(50)
  .refine((names) => new Set(names).size === names.length, 'A name stands twice')

const answer = z.strictObject({
  actionId: z.string().max(200).nullish(),
  params: z.record(z.string(), z.json()),
  executionId: z.string().nullish(),
})

/**
 * The values of an answer to a question that has at most one action, and what is wrong with the action.
 *
 * @throws {Fault} as `readAnswer`.
 */
export function readParams(question: Question, given: JsonObject): { params: JsonObject; issues: Issue[] } {
  const { actionId, params } = readAnswer(question.kind, 'params', answer, given)
  const blank = actionId === undefined || actionId === null || actionId.trim() === ''
  if (blank || actionId === question.actionId) return { params: params as JsonObject, issues: [] }
  const has = typeof question.actionId === 'string' ? `it has ${question.actionId}` : 'leave actionId out'
  return {
    params: params as JsonObject,
    issues: [{ path: '/actionId', code: 'action_unknown', message: `This step has no such action; ${has}` }],
  }
}

/** An issue at one of the values, which is not repeated. */
export function paramIssue(name: string, code: string, message: string): Issue {
  return {
    path: `/params${pointerOf([name.slice(0, 200)])}`,
    code,
    message: `${name.slice(0, 80)}: ${message}`,
  }
}

/** The issues of names that must be there and are not. */
export function missingParams(names: Json | undefined, params: JsonObject): Issue[] {
  return listOf(names)
    .filter((name) => !Object.hasOwn(params, name) || isBlank(params[name]))
    .map((name) => paramIssue(name, 'input_required', 'This is required'))
}

/** The names that a question asks for. */
export function listOf(names: Json | undefined): string[] {
  return Array.isArray(names) ? names.map(String) : []
}

function isBlank(value: Json | undefined): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
}
