/** What a value looks like wherever it stands, but for what surrounds it (J1). */
export function formsOf(value: string): string[] {
  const bytes = Buffer.from(value)
  const quoted = JSON.stringify(value).slice(1, -1)
  const form = new URLSearchParams({ value }).toString().slice('value='.length)
  const query = new URL(`https://a.example/?${value.replaceAll('#', '%23')}`).search.slice(1)
  const inside = [0, 1, 2].map((offset) => insideBase64(bytes, offset))
  return [
    ...[value, quoted, JSON.stringify(quoted).slice(1, -1), encodeURIComponent(value), form, query],
    ...[bytes.toString('hex'), bytes.toString('hex').toUpperCase()],
    ...[...inside, ...inside.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))],
    ...quotes.map((quote) => asHtml(value, quote)),
  ]
}

/** The value as other programs give it back, with something before and after it. */
export function echoesOf(value: string): string[] {
  return ['', 'a', 'ab'].flatMap((around) => {
    const text = around + value + around
    const bytes = Buffer.from(text)
    return [
      text,
      JSON.stringify({ inner: JSON.stringify(text) }),
      encodeURIComponent(text),
      String(new URLSearchParams({ text })),
      new URL(`https://a.example/?${text}`).href,
      ...(['hex', 'base64', 'base64url'] as const).map((coding) => bytes.toString(coding)),
      ...quotes.map((quote) => asHtml(text, quote)),
    ]
  })
}

/** How programs write quotes in HTML. */
const quotes: [double: string, single: string][] = [
  ['"', "'"],
  ['&quot;', '&#39;'],
  ['&#34;', '&#039;'],
  ['&quot;', '&#x27;'],
]

function asHtml(value: string, [double, single]: [string, string]): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', double)
    .replaceAll("'", single)
}

/** What the value alone decides of its base64, when it stands `offset` bytes after the start of a group of three. */
function insideBase64(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString('base64')
    .replace(/=+$/, '')
  return text.slice(offset === 0 ? 0 : offset + 1, -1)
}
