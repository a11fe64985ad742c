import { SESv2Client, type SESv2ClientConfig } from '@aws-sdk/client-sesv2'

/** In a file of its own, so that it is read from disk when it is needed. */
export function makeMailClient(config: SESv2ClientConfig): SESv2Client {
  return new SESv2Client(config)
}
