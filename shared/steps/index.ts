import { agent } from './agent.ts'
import { approval } from './approval.ts'
import { clientTool } from './client-tool.ts'
import { condition } from './condition.ts'
import type { StepType } from './define.ts'
import { delay } from './delay.ts'
import { each } from './each.ts'
import { email } from './email.ts'
import { fail } from './fail.ts'
import { final } from './final.ts'
import { flow } from './flow.ts'
import { httpRequest } from './http-request.ts'
import { llm } from './llm.ts'
import { log } from './log.ts'
import { parallel } from './parallel.ts'
import { prompt } from './prompt.ts'
import { redirect } from './redirect.ts'
import { script } from './script.ts'
import { transform } from './transform.ts'
import { view } from './view.ts'
import { webhook } from './webhook.ts'
import { whileStep } from './while.ts'

/** Every type that a flow may use, alphabetical: one file, one line. */
export const stepTypes: StepType[] = [
  agent,
  approval,
  clientTool,
  condition,
  delay,
  each,
  email,
  fail,
  final,
  flow,
  httpRequest,
  llm,
  log,
  parallel,
  prompt,
  redirect,
  script,
  transform,
  view,
  webhook,
  whileStep,
]

const byName = new Map(
  stepTypes.flatMap((step) => [step.type, ...(step.aliases ?? [])].map((name) => [name, step] as const)),
)

/** The step type of that name or alias. */
export function findStep(type: string): StepType | undefined {
  return byName.get(type)
}

/** Types that the language names and that are not built yet, with what they will do. */
export const laterTypes: Record<string, string> = {
  'code.check': 'checks a one-time code',
  'code.send': 'sends a one-time code',
  'token.issue': 'makes a ticket',
  'user.create': 'creates a user',
  'user.find': 'finds a user',
  'user.set-password': 'sets a password',
  'user.verify-password': 'checks a password',
  webauthn: 'asks for a passkey',
}
