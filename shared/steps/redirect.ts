import * as z from 'zod'
import { StepError } from '../step-error.ts'
import type { Json, JsonObject } from '../world.ts'
import { refuse } from './answer.ts'
import type { Known, WaitStep } from './define.ts'
import { listOf, paramName, paramNameList, readParams } from './param-names.ts'
import { templated } from './params.ts'
import { addressProblem, filledAddress, hasPlaceholder, returnUrlProblem } from './redirect/address.ts'
import { broughtBack, callbackIssues } from './redirect/callback.ts'

const params = z
  .strictObject({
    url: templated(addressWithout(addressProblem)),
    returnUrl: templated(addressWithout(returnUrlProblem)).optional(),
    requiredParams: paramNameList.optional(),
    actionId: paramName.optional(),
  })
  .check(({ value, issues }) => {
    if (!hasPlaceholder(value.url, 'returnUrl') || value.returnUrl !== undefined) return
    const message = '{returnUrl} stands in url: say which address that is'
    issues.push({ code: 'custom', path: ['returnUrl'], params: { code: 'required' }, message, input: value })
  })

/** Sends the person to another site and holds the run until he is back. */
export const redirect: WaitStep<z.infer<typeof params>> = {
  type: 'redirect',
  kind: 'wait',
  summary: 'Sends the person to another site and waits for the way back',
  params,
  output: [],
  example: {
    url: 'https://idp.example/authorize?client_id=app&redirect_uri={returnUrl}',
    returnUrl: 'https://app.example/back',
    requiredParams: ['code', 'state'],
    actionId: 'federation-complete',
  },
  choices: { returnUrl: 'return-urls' },
  outcomes: () => ['error', 'timeout'],
  secrets: false,
  needs: ['state', 'returnUrls'],
  compile: (written, place) => place.ask(written as JsonObject),
  ask({ url, returnUrl, requiredParams, actionId }, known = {}) {
    const { state } = known
    if (state === undefined) throw new Error('A redirect needs the state of its wait')
    const address = checked(url, 'url', addressProblem)
    const names = requiredParams === undefined ? ['code', 'state'] : listOf(requiredParams)
    const inQuery = names.includes('state')
    const back = returnUrl === undefined ? undefined : registered(returnUrl, known)
    return {
      kind: 'redirect',
      url: filledAddress(address, { state, returnUrl: back, inQuery }),
      // A state that was sent along is looked for on the way back.
      requiredParams: !inQuery && hasPlaceholder(address, 'state') ? [...names, 'state'] : names,
      ...(typeof actionId === 'string' ? { actionId } : {}),
    }
  },
  accept(question, given, { state }) {
    const { params: sent, issues } = readParams(question, given)
    const values = broughtBack(sent)
    issues.push(...callbackIssues(question, values, state))
    if (issues.length > 0) throw refuse(issues)
    if (values.error !== undefined) {
      const error = `Redirect.${nameOf(values.error)}`
      return { ok: false, error, cause: causeOf(values), outcome: { success: false, error } }
    }
    const { actionId } = question
    return { ok: true, output: values, outcome: typeof actionId === 'string' ? { actionId } : {} }
  },
}

function addressWithout(problem: (text: string) => string | null) {
  return z.string().check(({ value, issues }) => {
    const message = problem(value)
    if (message !== null) issues.push({ code: 'custom', message, input: value })
  })
}

function checked(value: Json | undefined, name: string, problem: (text: string) => string | null): string {
  const found = typeof value === 'string' ? problem(value) : 'Expected text'
  if (found !== null) throw new StepError('Redirect.BadAddress', `${name}: ${found}`)
  return value as string
}

/** Only the very text that the organisation has registered: nothing is made alike first. */
function registered(value: Json, { returnUrls = [] }: Known): string {
  const address = checked(value, 'returnUrl', returnUrlProblem)
  if (returnUrls.includes(address)) return address
  throw new StepError(
    'Redirect.ReturnUrlNotRegistered',
    'The returnUrl is none of the addresses that the organisation has registered',
  )
}

/** The name that the other site gave its error, if it can be one. */
function nameOf(error: Json): string {
  return typeof error === 'string' && /^[A-Za-z0-9_.-]{1,60}$/.test(error) ? error : 'failed'
}

function causeOf({ error_description: words }: JsonObject): string {
  return typeof words === 'string' && words !== '' ? words.slice(0, 2000) : 'The other site reported an error'
}
