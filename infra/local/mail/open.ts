import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock, Log } from '../../../shared/world.ts'
import type { Call, Endpoint, Reply } from '../endpoint.ts'
import { writePrivateFile } from '../private-file.ts'
import { messageText, type Outgoing } from './message-text.ts'

export interface MailOptions {
  dir: string
  clock: Clock
  log: Log
}

/** A message that was sent, as the outbox lists it. */
export interface SentMail {
  id: string
  at: string
  to: string[]
  subject: string
  text: string | null
  html: string | null
}

/** The SES endpoint of the local account: it keeps what it is given and sends nothing (aws.md 6.1). */
export interface LocalMail extends Endpoint {
  /** What was sent, newest first. */
  list(atMost: number): SentMail[]
}

/** A refusal with the type that the SDK makes its class of. */
class MailRefusal extends Error {
  readonly type: string

  constructor(type: string, message: string) {
    super(message)
    this.type = type
  }
}

const mostReceivers = 50

/** Opens the endpoint: one `.eml` and one `.json` a message in the folder `mail`. */
export function openMail({ dir, clock, log }: MailOptions): LocalMail {
  const folder = join(dir, 'mail')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return {
    service: 'SESV2',
    async handle(call) {
      return answer(log, () => {
        const message = readMessage(call, clock)
        const name = `${message.at.toISOString().replaceAll(':', '-')}-${message.id}`
        writePrivateFile(join(folder, `${name}.eml`), messageText(message))
        writePrivateFile(join(folder, `${name}.json`), JSON.stringify(asSent(message)))
        log.info('Mail kept in the outbox', { file: join(folder, `${name}.eml`) })
        return { MessageId: message.id }
      })
    },
    list(atMost) {
      const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
      const newest = names.sort().reverse().slice(0, atMost)
      return newest.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as SentMail)
    },
  }
}

function answer(log: Log, work: () => object): Reply {
  const headers = { 'content-type': 'application/json' }
  try {
    return { status: 200, headers, body: JSON.stringify(work()) }
  } catch (error) {
    const known = error instanceof MailRefusal ? error : null
    const type =
      known?.type ?? (error instanceof SyntaxError ? 'BadRequestException' : 'InternalServiceError')
    if (type === 'UnknownOperationException') log.warn((error as Error).message)
    return {
      status: type === 'InternalServiceError' ? 500 : 400,
      headers: { ...headers, 'x-amzn-errortype': type },
      body: JSON.stringify({ message: (error as Error).message }),
    }
  }
}

interface Part {
  Data?: string
}

interface SendEmail {
  FromEmailAddress?: string
  Destination?: { ToAddresses?: string[]; CcAddresses?: string[]; BccAddresses?: string[] }
  ReplyToAddresses?: string[]
  Content?: {
    Simple?: {
      Subject?: Part
      Body?: { Text?: Part; Html?: Part }
      Headers?: { Name: string; Value: string }[]
    }
  }
}

function readMessage({ rest, body }: Call, clock: Clock): Outgoing {
  const { method = '', path = '' } = rest ?? {}
  if (method !== 'POST' || path !== '/v2/email/outbound-emails')
    throw new MailRefusal('UnknownOperationException', `SES operation ${method} ${path} is not served here`)
  const {
    FromEmailAddress: from,
    Destination,
    ReplyToAddresses = [],
    Content,
  } = JSON.parse(body) as SendEmail
  const simple = Content?.Simple
  const { ToAddresses: to = [], CcAddresses, BccAddresses } = Destination ?? {}
  if (!simple || CcAddresses || BccAddresses)
    throw new MailRefusal('UnknownOperationException', 'Only simple messages to ToAddresses are served here')
  if (!isAddress(from)) throw bad(`Missing or bad FromEmailAddress`)
  if (to.length === 0 || to.length > mostReceivers) throw bad('Recipient count must be from 1 to 50.')
  for (const one of [...to, ...ReplyToAddresses]) if (!isAddress(one)) throw bad(`Illegal address: ${one}`)
  const { Text: text, Html: html } = simple.Body ?? {}
  if (!text?.Data && !html?.Data) throw bad('The message has no body.')
  return {
    id: randomUUID(),
    ...{ from, to, replyTo: ReplyToAddresses, subject: simple.Subject?.Data ?? '' },
    ...(text?.Data ? { text: text.Data } : {}),
    ...(html?.Data ? { html: html.Data } : {}),
    headers: (simple.Headers ?? []).map(({ Name, Value }) => headerOf(Name, Value)),
    at: new Date(clock.now()),
  }
}

function isAddress(text: string | undefined): text is string {
  return text !== undefined && /^(?:[^<>\r\n]* )?<?[^\s@<>]+@[^\s@<>]+>?$/.test(text)
}

function headerOf(name: string, value: string) {
  if (!/^[\x21-\x39\x3b-\x7e]{1,126}$/.test(name) || !/^[\x20-\x7e]{1,870}$/.test(value))
    throw bad(`Illegal header: ${name}`)
  return { name, value }
}

function bad(message: string): MailRefusal {
  return new MailRefusal('BadRequestException', message)
}

function asSent({ id, at, to, subject, text, html }: Outgoing): SentMail {
  return { id, at: at.toISOString(), to, subject, text: text ?? null, html: html ?? null }
}
