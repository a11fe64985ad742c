import { SendEmailCommand } from '@aws-sdk/client-sesv2'
import { isTransient } from '../aws/transient.ts'
import { StepError } from '../step-error.ts'
import type { Message } from '../steps/define.ts'
import { asMailed } from '../steps/mail-address.ts'
import type { World } from '../world.ts'

/** SES's own limit for a message is 40 MB; a step's params are far below, so this is what a reader bears. */
const mostBytes = 200_000

/**
 * Hands a message to SES (aws.md 4.4).
 *
 * @param effectKey goes with the message, so that a repeated one can be told: SES itself takes it again.
 * @throws {StepError} `mail_not_configured`, `Email.TooLarge`, `Email.Rejected`, `Email.Refused`.
 */
export async function sendMail(
  { mail, settings }: World,
  message: Message,
  effectKey: string,
): Promise<{ messageId: string }> {
  const { to, subject, text = '', html = '', replyTo } = message
  if (settings.mailFrom === undefined)
    throw new StepError('mail_not_configured', 'This deployment has no address to send mail from')
  if (Buffer.byteLength(subject + text + html) > mostBytes)
    throw new StepError('Email.TooLarge', `A message may have ${mostBytes} bytes`)
  const part = (Data: string) => ({ Data, Charset: 'UTF-8' })
  try {
    const { MessageId = '' } = await mail.send(
      new SendEmailCommand({
        FromEmailAddress: settings.mailFrom,
        Destination: { ToAddresses: to.map(mailed) },
        ...(replyTo === undefined ? {} : { ReplyToAddresses: [mailed(replyTo)] }),
        Content: {
          Simple: {
            // A line break would begin another header.
            Subject: part(subject.replaceAll(/\s+/g, ' ').trim()),
            Body: {
              ...(text === '' ? {} : { Text: part(text) }),
              ...(html === '' ? {} : { Html: part(html) }),
            },
            Headers: [{ Name: 'Idempotency-Key', Value: effectKey }],
          },
        },
      }),
    )
    return { messageId: MessageId }
  } catch (error) {
    throw asStepError(error)
  }
}

/** SES reads domains in ASCII alone. */
function mailed(address: string): string {
  return asMailed(address) ?? address
}

/** By name: the client is bundled by itself, so that its classes are not these ones. */
const rejected = new Set(['BadRequestException', 'MessageRejected'])
const refused = new Set([
  'AccountSuspendedException',
  'LimitExceededException',
  'MailFromDomainNotVerifiedException',
  'NotFoundException',
  'SendingPausedException',
])

function asStepError(error: unknown): unknown {
  const { name, message } = error as Error
  if (rejected.has(name)) return new StepError('Email.Rejected', message, undefined, error)
  if (refused.has(name)) return new StepError('Email.Refused', 'No mail can be sent now', undefined, error)
  if (isTransient(error)) return error
  return new StepError('Email.Refused', 'The mail service did not take the message', undefined, error)
}
