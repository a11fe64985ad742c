import { EncryptCommand } from '@aws-sdk/client-kms'
import type { World } from '../world.ts'
import { type TokenOf, tokenContext } from './token-context.ts'

/** A task token as it lies on a row: encrypted under KMS, base64. */
export async function lockToken({ kms, settings }: World, of: TokenOf, token: string): Promise<string> {
  const { CiphertextBlob } = await kms.send(
    new EncryptCommand({
      KeyId: settings.keyId,
      Plaintext: Buffer.from(token, 'utf8'),
      EncryptionContext: tokenContext(of),
    }),
  )
  return Buffer.from(CiphertextBlob as Uint8Array).toString('base64')
}
