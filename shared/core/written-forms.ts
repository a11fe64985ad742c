/** A value as it may stand inside other texts: plain, in URLs, JSON, HTML, hex and base64 (aws.md 4.2, hardening.md J1). */
export function writtenForms(value: string): string[] {
  const bytes = Buffer.from(value, 'utf8')
  const hex = bytes.toString('hex')
  return [
    ...new Set([
      value,
      ...inUrls(value),
      ...inJson(value),
      ...inHtml(value),
      hex,
      hex.toUpperCase(),
      ...[0, 1, 2].flatMap((offset) => inBase64(bytes, offset)),
    ]),
  ]
}

/** A parameter is encoded otherwise by scripts than by forms, and what stands in an address only as far as it must be. */
function inUrls(value: string): string[] {
  const url = encodeURIComponent(value)
  const form = new URLSearchParams({ '': value }).toString().slice(1)
  return [url, url.replaceAll('%20', '+'), url.toLowerCase(), form, ...addressed(value)]
}

/** As the URL standard leaves it in a path, a query and a fragment; nothing of what ends them. */
function addressed(value: string): string[] {
  const encoded = (must: RegExp) => value.replace(must, percent)
  return [encoded(/[^!-~]+|["<>]/g), encoded(/[^!-~]+|["<>']/g), encoded(/[^!-~]+|["<>^`{}]/g)]
}

function percent(text: string): string {
  return Buffer.from(text).toString('hex').toUpperCase().replace(/../g, '%$&')
}

/** As it stands in JSON text, and in JSON text inside JSON text; some writers escape more than they must. */
function inJson(value: string): string[] {
  const quoted = JSON.stringify(value).slice(1, -1)
  const unicode = (one: string) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`
  const escaped = [
    quoted,
    quoted.replaceAll('/', '\\/'),
    quoted.replace(/[<>&]/g, unicode),
    quoted.replace(/[^ -~]/g, unicode),
    quoted.replaceAll('/', '\\/').replace(/[^ -~]/g, unicode),
  ]
  return escaped.flatMap((one) => [one, JSON.stringify(one).slice(1, -1)])
}

/** What must be escaped in HTML always is; writers differ about the rest. */
const htmlSpellings: [character: string, spellings: string[]][] = [
  ['"', ['"', '&quot;', '&#34;', '&#x22;']],
  ["'", ["'", '&#39;', '&#039;', '&#x27;', '&apos;']],
  ['/', ['/', '&#x2F;', '&#47;']],
]

function inHtml(value: string): string[] {
  const must = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return htmlSpellings.reduce(
    (forms, [character, spellings]) =>
      value.includes(character)
        ? forms.flatMap((form) => spellings.map((spelling) => form.replaceAll(character, spelling)))
        : forms,
    [must],
  )
}

/** The characters that the value alone decides when it stands `offset` bytes after the start of a group of three. */
function inBase64(bytes: Buffer, offset: number): string[] {
  const padded = Buffer.concat([Buffer.alloc(offset), bytes])
  const skip = [0, 2, 3][offset] ?? 0
  const whole = Math.floor((padded.length * 8) / 6)
  const text = padded.toString('base64').slice(skip, whole)
  return [text, text.replaceAll('+', '-').replaceAll('/', '_'), encodeURIComponent(text)]
}
