/** A message as SES was given it. */
export interface Outgoing {
  id: string
  from: string
  to: string[]
  replyTo: string[]
  subject: string
  text?: string
  html?: string
  headers: { name: string; value: string }[]
  at: Date
}

/** The message as an `.eml` file (RFC 5322), which any mail program opens. */
export function messageText(message: Outgoing): string {
  const { id, from, to, replyTo, subject, text, html, headers, at } = message
  const parts = [
    ...(text === undefined ? [] : [partOf('text/plain', text)]),
    ...(html === undefined ? [] : [partOf('text/html', html)]),
  ]
  const boundary = `part-${id}`
  const [only] = parts
  const body =
    parts.length === 1 && only !== undefined
      ? only
      : [
          'Content-Type: multipart/alternative;',
          ` boundary="${boundary}"`,
          '',
          ...parts.flatMap((part) => [`--${boundary}`, part]),
          `--${boundary}--`,
        ].join('\r\n')
  return [
    `Message-ID: <${id}@local>`,
    `Date: ${at.toUTCString().replace('GMT', '+0000')}`,
    `From: ${from}`,
    `To: ${to.join(', ')}`,
    ...(replyTo.length === 0 ? [] : [`Reply-To: ${replyTo.join(', ')}`]),
    `Subject: ${word(subject)}`,
    ...headers.map(({ name, value }) => `${name}: ${value}`),
    'MIME-Version: 1.0',
    body,
    '',
  ].join('\r\n')
}

function partOf(type: string, content: string): string {
  const lines =
    Buffer.from(content)
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  return [`Content-Type: ${type}; charset=utf-8`, 'Content-Transfer-Encoding: base64', '', ...lines].join(
    '\r\n',
  )
}

/** Text beyond ASCII as encoded words (RFC 2047), each of whole characters. */
function word(subject: string): string {
  if (/^[\x20-\x7e]*$/.test(subject)) return subject
  const pieces: string[] = []
  let piece = ''
  for (const character of subject) {
    if (Buffer.byteLength(piece + character) > 39) {
      pieces.push(piece)
      piece = ''
    }
    piece += character
  }
  return [...pieces, piece].map((text) => `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`).join('\r\n ')
}
