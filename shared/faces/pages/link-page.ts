import { withoutName } from '../../core/journeys/messages.ts'
import type { LinkedWait } from '../../core/linked-wait.ts'
import type { WaitView } from '../../core/run-view.ts'
import type { Fault } from '../../faults.ts'
import type { Reply } from '../../http/route.ts'
import type { JsonObject } from '../../world.ts'
import { idOf, textOf } from './form-fields.ts'
import { type Html, html } from './html.ts'
import { page } from './page.ts'
import { passkeyScriptHash } from './passkey-script.ts'
import { fieldsOfWait } from './wait-fields.ts'
import { fieldNameIn, type Sent, waitForm } from './wait-form.ts'

/** The page of a link: the question with its form while it is open, else what has become of it (conventions.md §9). */
export function linkPage(linked: LinkedWait, sent?: Sent): Reply {
  const { wait, state } = linked
  const status = sent?.fault.status ?? (state === 'expired' ? 410 : 200)
  const title = `${sent && state === 'open' ? 'Error: ' : ''}${wait.stepName}`
  const content = state === 'open' ? openPart(linked, sent) : closedPart(linked, sent)
  return page(
    status,
    title,
    html`<h1>${wait.stepName}</h1>
${linked.for !== null && html`<p class="note">For ${linked.for}</p>`}
${content}`,
    state === 'open' && wait.kind === 'webauthn' ? passkeyScriptHash : undefined,
  )
}

/** The page of a token that opens nothing, for whatever reason. */
export function noLinkPage(): Reply {
  return page(
    404,
    'No such link',
    html`<h1>This link opens nothing</h1>
<p>It may have been withdrawn, or copied in part. Ask whoever sent it for a new one.</p>`,
  )
}

/** The page of an answer that was refused before anything was looked up. */
export function refusedPage({ status, message }: Fault): Reply {
  return page(
    status,
    'Not accepted',
    html`<h1>This was not accepted</h1>
<p role="alert">${message}.</p>`,
  )
}

function openPart(linked: LinkedWait, sent: Sent | undefined): Html {
  const { wait, expiresAt } = linked
  const until = html`<p class="note">Can be answered until ${moment(expiresAt)}.</p>`
  return html`${sent && summary(sent, wait)}
${wait.kind === 'approval' && html`<p class="question">${textOf(wait.question.message)}</p>`}
${progress(wait.question)}
${until}
${waitForm(linked, sent)}`
}

/** What is wrong, first on the page and in focus, each with the way to its field. */
function summary({ fault }: Sent, wait: WaitView): Html {
  const issues = fault.details.issues ?? []
  const labels = new Map(fieldsOfWait(wait).map(({ name, label }) => [name, textOf(label) || name]))
  const items = issues.map(({ path, message }) => {
    const target = targetOf(path)
    const said = byLabel(message, fieldNameIn(path), labels)
    return html`<li>${target === null ? said : html`<a href="#${target}">${said}</a>`}</li>`
  })
  return html`<div class="error" role="alert" tabindex="-1" autofocus>
<p>${headings[fault.code] ?? fault.message}.</p>
${items.length > 0 && html`<ul>${items}</ul>`}
</div>`
}

const headings: Partial<Record<Fault['code'], string>> = {
  validation_failed: 'Nothing was sent yet: please check what you have filled in',
  forbidden: 'Nothing was sent yet: please check your answer and send it again',
  wait_already_answered: 'Your answer was not taken: there is one already',
  wait_expired: 'Your answer came too late',
  run_finished: 'Your answer is not needed any more',
}

/** People know a field by its label. */
function byLabel(message: string, name: string | null, labels: ReadonlyMap<string, string>): string {
  if (name === null) return message
  const said = withoutName(message, name)
  return said === message ? message : `${labels.get(name) ?? name}: ${said}`
}

function targetOf(path: string): string | null {
  if (path === '/message') return 'message'
  const name = fieldNameIn(path)
  return name === null ? null : idOf(name)
}

function closedPart({ state, wait, answeredBy, expiresAt }: LinkedWait, sent: Sent | undefined): Html {
  const { question, answeredAt } = wait
  const said: Record<Exclude<LinkedWait['state'], 'open'>, Html> = {
    voted: html`You have approved this. It waits for others.`,
    answered: html`${outcomeOf(wait.outcome)}${answeredBy !== null && html` by ${answeredBy}`}${answeredAt !== null && html` on ${moment(answeredAt)}`}.`,
    expired: html`This could be answered until ${moment(expiresAt)}.`,
    over: html`The run has ended: this needs no answer any more.`,
  }
  return html`${sent && summary(sent, wait)}
${wait.kind === 'approval' && html`<p class="question">${textOf(question.message)}</p>`}
${state === 'voted' && progress(question)}
<p role="status"><strong>${said[state as Exclude<LinkedWait['state'], 'open'>]}</strong></p>`
}

function outcomeOf(outcome: JsonObject | null): string {
  if (outcome?.decision === 'approve') return 'Approved'
  return outcome?.decision === 'reject' ? 'Rejected' : 'Answered'
}

function progress({ approvals }: LinkedWait['wait']['question']): Html | null {
  const { needed = 1, given = 0 } = (approvals ?? {}) as { needed?: number; given?: number }
  return needed > 1 ? html`<p class="note">${given} of ${needed} approvals so far.</p>` : null
}

/** Read alike everywhere, whatever zone the reader is in. */
function moment(at: string): Html {
  return html`<time datetime="${at}">${at.slice(0, 10)} ${at.slice(11, 16)} UTC</time>`
}
