import { createHash } from 'node:crypto'
import * as z from 'zod'
import { Fault, faultCodes } from '../../faults.ts'
import { route } from '../../http/route.ts'
import { isRetryable, publicCode } from '../../http/words.ts'
import { escaped } from './html.ts'
import { type ProblemText, problemTexts } from './problem-texts.ts'
import { problemTitles } from './problem-titles.ts'

const shape = z.strictObject({
  code: z.string(),
  title: z.string(),
  status: z.int(),
  means: z.string(),
  todo: z.string(),
  retryable: z.boolean(),
})

/** What a problem document's `type` leads to: what the code means and what to do about it (conventions.md §7). */
export const read = route({
  face: 'own',
  method: 'GET',
  path: '/problems/{code}',
  summary: 'Read what an error code means and what to do about it',
  auth: 'open',
  scope: null,
  role: null,
  objects: { code: 'problem' },
  params: z.strictObject({ code: z.enum(faultCodes) }),
  query: z.strictObject({}),
  replyTypes: ['application/json', 'text/html'],
  reply: { 200: shape },
  faults: [],
  async answer(_world, { params: { code }, header }) {
    const fault = new Fault(code, code)
    const about = {
      status: fault.status,
      retryable: isRetryable(fault),
      ...problemTexts[code],
      title: problemTitles[code],
    }
    if (/\bjson\b/i.test(header('accept') ?? '')) return { body: { code: publicCode(code), ...about } }
    return {
      text: { contentType: 'text/html; charset=utf-8', content: page(code, about) },
      headers: { 'content-security-policy': policy },
    }
  },
})

const style = 'body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}'

/** Nothing is fetched, nothing runs, and no other page shows this one. */
const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

function page(
  code: string,
  about: ProblemText & { title: string; status: number; retryable: boolean },
): string {
  const { title, status, means, todo, retryable } = about
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>${style}</style>
<h1>${escaped(title)}</h1>
<p><code>${escaped(code)}</code>, status ${status}</p>
<h2>What it means</h2>
<p>${escaped(means)}</p>
<h2>What to do</h2>
<p>${escaped(todo)}</p>
${retryable ? '<p>The same request may succeed later.</p>\n' : ''}</html>
`
}
