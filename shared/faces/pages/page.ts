import { createHash } from 'node:crypto'
import type { Reply } from '../../http/route.ts'
import { Html, html } from './html.ts'

const style = `
:root { color-scheme: light dark; font: 1.0625rem/1.5 system-ui, sans-serif }
body { margin: 0; padding: 1.5rem }
main { max-width: 38rem; margin: 0 auto }
h1 { font-size: 1.5rem; line-height: 1.25 }
.question { white-space: pre-wrap; overflow-wrap: anywhere }
.note { opacity: .8 }
.field { margin: 1.25rem 0 }
label, legend { display: block; font-weight: 600 }
fieldset { border: 0; padding: 0; margin: 1.25rem 0 }
fieldset label, label.check { display: flex; gap: .5rem; align-items: center; font-weight: 400; min-height: 2rem }
input:not([type=checkbox]), select, textarea { box-sizing: border-box; width: 100%; padding: .5rem; font: inherit }
[aria-invalid=true] { outline: 2px solid #c22 }
.error { border-left: .3rem solid #c22; padding: .1rem 0 .1rem .75rem; margin: .25rem 0 }
.actions { display: flex; flex-wrap: wrap; gap: 1rem; margin: 2rem 0 }
button { font: inherit; font-weight: 600; padding: .6rem 1.5rem; min-height: 2.75rem; cursor: pointer }
:focus-visible { outline: 3px solid #27c; outline-offset: 2px }
`
const styleHash = createHash('sha256').update(style).digest('base64')

/** Nothing may load, frame the page or take its form elsewhere; style and script are known by their digests. */
function policyWith(script: string): string {
  return [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    `script-src ${script}`,
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')
}

/**
 * A whole page, with the headers that every page has (hardening.md rule 36).
 *
 * @param script digest of the one script that may run. @default none may
 */
export function page(status: number, title: string, content: Html, script = "'none'"): Reply {
  const { markup } = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`
  return {
    status,
    text: { contentType: 'text/html; charset=utf-8', content: markup },
    headers: { 'content-security-policy': policyWith(script), 'x-robots-tag': 'noindex' },
  }
}
