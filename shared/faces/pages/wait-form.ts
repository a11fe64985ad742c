import { withoutName } from '../../core/journeys/messages.ts'
import type { LinkedWait } from '../../core/linked-wait.ts'
import type { Fault } from '../../faults.ts'
import { plainPath } from '../../pointer.ts'
import { type Filled, fieldsOf, formField, textOf } from './form-fields.ts'
import { Html, html } from './html.ts'
import { passkeyScript } from './passkey-script.ts'
import { viewParts } from './view-form.ts'
import { fieldsOfWait } from './wait-fields.ts'

/** What has been sent and was not taken. */
export interface Sent {
  filled: Filled
  fault: Fault
}

/** The form by which a page answers, by the kind of the question (conventions.md §8). */
export function waitForm(linked: LinkedWait, sent: Sent | undefined): Html {
  const draw = byKind[linked.wait.kind]
  return draw?.(linked, sent) ?? html`<p>This cannot be answered on a page.</p>`
}

const byKind: Record<string, (linked: LinkedWait, sent: Sent | undefined) => Html> = {
  approval: approvalForm,
  view: viewForm,
  prompt: promptForm,
  redirect: redirectLink,
  webauthn: passkeyForm,
  'client-tool': () => html`<p>An app must answer this: there is nothing to do here.</p>`,
}

/** The first button is the one that the Enter key presses: nobody decides by it. */
const nothingByEnter = html`<button type="submit" disabled hidden></button>`

function nonceField({ nonce }: LinkedWait): Html {
  return html`<input type="hidden" name="nonce" value="${nonce}">`
}

function approvalForm(linked: LinkedWait, sent: Sent | undefined): Html {
  const errors = errorsOf(sent)
  const filled = sent?.filled ?? null
  const fields = fieldsOf(linked.wait.question.form)
  const message = errors.get('/message')
  const takesFile = fields.some(({ type }) => type === 'file')
  return html`<form method="post" autocomplete="off"${takesFile && html` enctype="multipart/form-data"`}>
${nothingByEnter}
${nonceField(linked)}
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

function viewForm(linked: LinkedWait, sent: Sent | undefined): Html {
  const { components, messages } = linked.wait.question
  const said = Array.isArray(messages) ? (messages as { type?: string; message?: string }[]) : []
  const kind = (type?: string) => (type === 'ERROR' ? 'error' : 'note')
  return html`${said.map(({ type, message = '' }) => html`<p class="${kind(type)}" role="status">${message}</p>`)}
<form method="post" autocomplete="off">
${nothingByEnter}
${nonceField(linked)}
${viewParts(components, sent?.filled ?? null, errorsOf(sent))}
</form>`
}

function promptForm(linked: LinkedWait, sent: Sent | undefined): Html {
  const errors = errorsOf(sent)
  const filled = sent?.filled ?? null
  const fields = fieldsOfWait(linked.wait)
  return html`<form method="post" autocomplete="off">
${nonceField(linked)}
${fields.map((field) => formField(field, filled, errors.get(`/params/${field.name}`)))}
<div class="actions"><button type="submit">Send</button></div>
</form>`
}

/** Whoever comes back brings his answer to the app, not here. */
function redirectLink({ wait }: LinkedWait): Html {
  const url = textOf(wait.question.url)
  if (!/^https?:\/\//.test(url) || url.includes('{flowId}'))
    return html`<p>Only the app can send you on from here.</p>`
  return html`<p>This goes on at another site:</p>
<p><a href="${url}" rel="noreferrer">${new URL(url).host}</a></p>`
}

function passkeyForm(linked: LinkedWait): Html {
  const { ceremony, options } = linked.wait.question
  return html`<form method="post" autocomplete="off" data-ceremony="${textOf(ceremony)}" data-options="${JSON.stringify(options)}">
${nonceField(linked)}
<input type="hidden" name="tokenResponse" value="">
<input type="hidden" name="failure" value="">
<div class="actions"><button type="button">Use a passkey</button></div>
</form>
<script>${new Html(passkeyScript)}</script>`
}

/**
 * What is wrong, by the place in the answer: pointers with the names of fields as they are, slashes and all. It stands at the
 * field itself, whose name is not said again.
 */
export function errorsOf(sent: Sent | undefined): Map<string, string> {
  const issues = sent?.fault.details.issues ?? []
  return new Map(
    issues.map(({ path, message }) => {
      const name = fieldNameIn(path)
      return [plainPath(path), name === null ? message : withoutName(message, name)]
    }),
  )
}

/** The field that an issue is about. */
export function fieldNameIn(path: string): string | null {
  return /^\/(?:form|params)\/(.+)$/.exec(plainPath(path))?.[1] ?? null
}
