import { agent } from './agent.ts'
import { approval } from './approval.ts'
import { clientTool } from './client-tool.ts'
import { codeCheck } from './code-check.ts'
import { codeSend } from './code-send.ts'
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
import { oidcBegin } from './oidc-begin.ts'
import { oidcComplete } from './oidc-complete.ts'
import { parallel } from './parallel.ts'
import { prompt } from './prompt.ts'
import { redirect } from './redirect.ts'
import { script } from './script.ts'
import { tokenCheck } from './token-check.ts'
import { tokenIssue } from './token-issue.ts'
import { transform } from './transform.ts'
import { userCreate } from './user-create.ts'
import { userFind } from './user-find.ts'
import { userSetPassword } from './user-set-password.ts'
import { userVerifyPassword } from './user-verify-password.ts'
import { view } from './view.ts'
import { webauthn } from './webauthn.ts'
import { webhook } from './webhook.ts'
import { whileStep } from './while.ts'

/** Every type that a flow may use, alphabetical: one file, one line. */
export const stepTypes: StepType[] = [
  agent,
  approval,
  clientTool,
  codeCheck,
  codeSend,
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
  oidcBegin,
  oidcComplete,
  parallel,
  prompt,
  redirect,
  script,
  tokenCheck,
  tokenIssue,
  transform,
  userCreate,
  userFind,
  userSetPassword,
  userVerifyPassword,
  view,
  webauthn,
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
