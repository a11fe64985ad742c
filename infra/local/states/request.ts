import { Refused } from './refuse.ts'

/** The body of a call. */
export type Request = Record<string, unknown>

/** @throws {Refused} `SerializationException`. */
export function readRequest(body: string): Request {
  let request: unknown
  try {
    request = JSON.parse(body === '' ? '{}' : body)
  } catch {
    throw new Refused('SerializationException', 'The body is not JSON')
  }
  if (typeof request === 'object' && request !== null && !Array.isArray(request)) return request as Request
  throw new Refused('SerializationException', 'Unexpected field type')
}

/** A member that must be there. @throws {Refused} `ValidationException`. */
export function requiredText(request: Request, member: string): string {
  const text = optionalText(request, member)
  if (text !== undefined) return text
  throw new Refused(
    'ValidationException',
    `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
  )
}

/** A member that may be left out or null. */
export function optionalText(request: Request, member: string): string | undefined {
  const value = request[member]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  throw new Refused('SerializationException', `${member} is not a text`)
}

/** Size of a page; 0 and nothing mean the usual. */
export function pageSize(request: Request): number {
  const { maxResults = 100 } = request
  if (typeof maxResults !== 'number' || !Number.isInteger(maxResults) || maxResults < 0 || maxResults > 1000)
    throw new Refused('ValidationException', "Value at 'maxResults' must be from 0 to 1000")
  return maxResults === 0 ? 100 : maxResults
}

/** What a page's `nextToken` says of the place to go on from. @throws {Refused} `InvalidToken`. */
export function readNextToken(request: Request, kind: string): string | null {
  const token = optionalText(request, 'nextToken')
  if (token === undefined) return null
  const text = Buffer.from(token, 'base64url').toString('utf8')
  if (!text.startsWith(`${kind}:`)) throw new Refused('InvalidToken', `Invalid Token: '${token}'`)
  return text.slice(kind.length + 1)
}

/** A `nextToken` that remembers a place in a list of some kind. */
export function nextToken(kind: string, place: string | number): string {
  return Buffer.from(`${kind}:${place}`).toString('base64url')
}

/** The number in a `nextToken`. @throws {Refused} `InvalidToken`. */
export function readPlace(request: Request, kind: string, otherwise: number): number {
  const place = readNextToken(request, kind)
  if (place === null) return otherwise
  if (/^\d{1,15}$/.test(place)) return Number(place)
  throw new Refused('InvalidToken', `Invalid Token: '${String(request.nextToken)}'`)
}

/** Names of machines and executions: those that CloudWatch can log. @throws {Refused} `InvalidName`. */
export function checkName(name: string): string {
  if (/^[0-9A-Za-z_-]{1,80}$/.test(name)) return name
  throw new Refused('InvalidName', `Invalid Name: '${name}'`)
}
