import type { LinkedWait } from '../../core/linked-wait.ts'
import type { Fault } from '../../faults.ts'
import type { Reply } from '../../http/route.ts'
import type { JsonObject } from '../../world.ts'
import { type Filled, fieldsOf, formField, idOf, textOf } from './form-fields.ts'
import { type Html, html } from './html.ts'
import { page } from './page.ts'

/** What has been sent and was not taken. */
export interface Sent {
  filled: Filled
  fault: Fault
}

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
  if (wait.kind !== 'approval')
    return html`${sent && summary(sent)}
<p>${otherKinds[wait.kind] ?? 'This cannot be answered on a page.'}</p>
${until}`
  return html`${sent && summary(sent)}
<p class="question">${textOf(wait.question.message)}</p>
${progress(wait.question)}
${until}
${approvalForm(linked, sent)}`
}

const otherKinds: Record<string, string> = {
  'client-tool': 'An app must answer this: there is nothing to do here.',
}

function approvalForm({ wait, nonce }: LinkedWait, sent: Sent | undefined): Html {
  const errors = errorsOf(sent)
  const filled = sent?.filled ?? null
  const fields = fieldsOf(wait.question.form)
  const message = errors.get('/message')
  // The first button is the one that the Enter key presses: nobody decides by it.
  return html`<form method="post" autocomplete="off">
<button type="submit" disabled hidden></button>
<input type="hidden" name="nonce" value="${nonce}">
${fields.map((field) => formField(field, filled, errors.get(`/form/${field.name}`)))}
<div class="field">
<label for="message">Comment (optional)</label>
${message !== undefined && html`<div class="error" id="message-error">${message}</div>`}
<textarea id="message" name="message" rows="3" maxlength="2000"${message !== undefined && html` aria-describedby="message-error" aria-invalid="true"`}>
${textOf(filled?.message)}</textarea>
</div>
<div class="actions">
<button type="submit" name="decision" value="approve">Approve</button>
<button type="submit" name="decision" value="reject" formnovalidate>Reject</button>
</div>
</form>`
}

/** What is wrong, first on the page and in focus, each with the way to its field. */
function summary({ fault }: Sent): Html {
  const issues = fault.details.issues ?? []
  const items = issues.map(({ path, message }) => {
    const target = targetOf(path)
    return html`<li>${target === null ? message : html`<a href="#${target}">${message}</a>`}</li>`
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

function targetOf(path: string): string | null {
  if (path === '/message') return 'message'
  return path.startsWith('/form/') ? idOf(path.slice('/form/'.length)) : null
}

function errorsOf(sent: Sent | undefined): Map<string, string> {
  return new Map((sent?.fault.details.issues ?? []).map(({ path, message }) => [path, message]))
}

function closedPart({ state, wait, answeredBy, expiresAt }: LinkedWait, sent: Sent | undefined): Html {
  const { question, answeredAt } = wait
  const said: Record<Exclude<LinkedWait['state'], 'open'>, Html> = {
    voted: html`You have approved this. It waits for others.`,
    answered: html`${outcomeOf(wait.outcome)}${answeredBy !== null && html` by ${answeredBy}`}${answeredAt !== null && html` on ${moment(answeredAt)}`}.`,
    expired: html`This could be answered until ${moment(expiresAt)}.`,
    over: html`The run has ended: this needs no answer any more.`,
  }
  return html`${sent && summary(sent)}
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
