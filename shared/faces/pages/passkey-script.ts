import { createHash } from 'node:crypto'

/**
 * Runs the ceremony of a passkey when its button is pressed, and sends the form with what came of it. The one script of any
 * page: known by its digest, and given nothing but the question.
 */
export const passkeyScript = `
const form = document.querySelector('form[data-options]')
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (one) => one.charCodeAt(0))
const named = (list = []) => list.map((one) => ({ ...one, id: bytes(one.id) }))
form.querySelector('button[type=button]').addEventListener('click', async () => {
  const options = JSON.parse(form.dataset.options)
  const challenge = bytes(options.challenge)
  const send = (name, value) => {
    form.elements[name].value = value
    form.submit()
  }
  try {
    const credential = form.dataset.ceremony === 'create'
      ? await navigator.credentials.create({ publicKey: { ...options, challenge, user: { ...options.user, id: bytes(options.user.id) }, excludeCredentials: named(options.excludeCredentials) } })
      : await navigator.credentials.get({ publicKey: { ...options, challenge, allowCredentials: named(options.allowCredentials) } })
    send('tokenResponse', JSON.stringify(credential.toJSON()))
  } catch (error) {
    send('failure', error.name)
  }
})
`

/** How a policy names it. */
export const passkeyScriptHash = `'sha256-${createHash('sha256').update(passkeyScript).digest('base64')}'`
