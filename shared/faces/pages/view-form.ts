import { partsOf } from '../../steps/view/read.ts'
import type { Json } from '../../world.ts'
import { type Filled, formField, textOf } from './form-fields.ts'
import { Html, html } from './html.ts'
import { viewField } from './wait-fields.ts'

/** A view's components as a page shows them, in their order; pictures are told by their text alone. */
export function viewParts(
  components: Json | undefined,
  filled: Filled | null,
  errors: ReadonlyMap<string, string>,
): Html[] {
  const parts = partsOf(components)
  const forms = parts.filter(({ type }) => type === 'FORM').length
  return parts.map((part) => {
    const { type, config, component, form } = part
    const field = viewField(part)
    if (field !== null) return formField(field, filled, errors.get(`/params/${field.name}`))
    const text = textOf(config.text)
    if (type === 'TYPOGRAPHY')
      return /^H/.test(textOf(component.variant)) ? html`<h2>${text}</h2>` : html`<p>${text}</p>`
    // What a view may hold of HTML was checked when it was asked (steps/view/html.ts).
    if (type === 'RICH_TEXT') return html`<div>${new Html(text)}</div>`
    if (type === 'DIVIDER') return html`<hr>`
    if (type === 'IMAGE') return html`<p class="note">${textOf(config.alt)}</p>`
    if (type === 'BUTTON' || type === 'RESEND') {
      // The page is one form: the browser would hold it back for fields that the action does not send.
      const isWhole = type === 'BUTTON' && form !== null && config.type !== 'button' && forms === 1
      return button(component, text, isWhole)
    }
    if (type === 'CAPTCHA')
      return html`<p class="note">The app itself must show what proves that you are no robot.</p>`
    return html``
  })
}

/** @param isWhole the action needs every field that must be filled in. */
function button({ actionId, id }: { [member: string]: Json }, text: string, isWhole: boolean): Html {
  const action = textOf(actionId ?? id)
  return html`<div class="actions"><button type="submit" name="actionId" value="${action}"${!isWhole && html` formnovalidate`}>${text || action}</button></div>`
}
