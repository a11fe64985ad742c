import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  InvalidCiphertextException,
  KMSClient,
  NotFoundException,
} from '@aws-sdk/client-kms'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CannotStart } from '../../infra/local/data-folder.ts'
import { openKms } from '../../infra/local/kms.ts'
import { shortWay } from '../../infra/local/short-way.ts'
import { inProcess, unsigned } from '../../infra/local/wire.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sluice-kms-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

function open() {
  const kms = openKms({ dir })
  const client = new KMSClient({
    region: 'us-east-1',
    ...unsigned,
    requestHandler: inProcess(kms),
  })
  shortWay(client)
  return { kms, client, KeyId: kms.keyId }
}

const Plaintext = Buffer.from('the secret')
const EncryptionContext = { purpose: 'secret', org: 'o1' }

test('what was encrypted is decrypted under the same context, after a restart too', async () => {
  const { client, KeyId } = open()
  const { CiphertextBlob } = await client.send(new EncryptCommand({ KeyId, Plaintext, EncryptionContext }))

  const later = open()
  const reordered = { org: 'o1', purpose: 'secret' }
  const decrypted = await later.client.send(
    new DecryptCommand({ CiphertextBlob, EncryptionContext: reordered }),
  )

  expect(Buffer.from(decrypted.Plaintext!).toString()).toBe('the secret')
  expect(Buffer.from(CiphertextBlob!).includes('the secret')).toBe(false)
})

test.each([
  [
    'another context',
    (blob: Uint8Array) => ({ CiphertextBlob: blob, EncryptionContext: { purpose: 'secret', org: 'o2' } }),
  ],
  ['no context', (blob: Uint8Array) => ({ CiphertextBlob: blob })],
  [
    'a changed byte',
    (blob: Uint8Array) => ({ CiphertextBlob: blob.with(-1, blob.at(-1)! ^ 1), EncryptionContext }),
  ],
  ['a cut blob', (blob: Uint8Array) => ({ CiphertextBlob: blob.slice(0, 20), EncryptionContext })],
])('%s does not open a ciphertext', async (_, input) => {
  const { client, KeyId } = open()
  const { CiphertextBlob } = await client.send(new EncryptCommand({ KeyId, Plaintext, EncryptionContext }))

  const opening = client.send(new DecryptCommand(input(CiphertextBlob!)))

  await expect(opening).rejects.toBeInstanceOf(InvalidCiphertextException)
})

test('a data key comes open and sealed', async () => {
  const { client, KeyId } = open()

  const made = await client.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256', EncryptionContext }))
  const { CiphertextBlob } = made
  const opened = await client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }))

  expect(made.Plaintext).toHaveLength(32)
  expect(opened.Plaintext).toEqual(made.Plaintext)
})

test('the key answers to its id, its ARN and its alias, and to nothing else', async () => {
  const { client, KeyId } = open()

  const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId: 'alias/local-sluice' }))

  expect(KeyMetadata).toMatchObject({ KeyId, Enabled: true })
  for (const known of [KeyId, KeyMetadata!.Arn!])
    await client.send(new EncryptCommand({ KeyId: known, Plaintext }))
  const other = client.send(new EncryptCommand({ KeyId: 'alias/other', Plaintext }))
  await expect(other).rejects.toBeInstanceOf(NotFoundException)
})

test('more than 4096 bytes are refused', async () => {
  const { client, KeyId } = open()
  const sized = (bytes: number) => client.send(new EncryptCommand({ KeyId, Plaintext: Buffer.alloc(bytes) }))

  await sized(4096)

  await expect(sized(4097)).rejects.toMatchObject({ name: 'ValidationException' })
})

test('an operation that is not served is refused by name', async () => {
  const { client } = open()

  await expect(client.send(new CreateKeyCommand({}))).rejects.toMatchObject({
    name: 'UnknownOperationException',
    message: expect.stringContaining('TrentService.CreateKey'),
  })
})

test('the key file is for its owner only', () => {
  open()

  expect(statSync(join(dir, 'kms.key')).mode & 0o777).toBe(0o600)
})

test('without its key file a used key does not start again, an unused one does', async () => {
  open()
  rmSync(join(dir, 'kms.key'))
  const { client, KeyId } = open()
  await client.send(new EncryptCommand({ KeyId, Plaintext }))
  rmSync(join(dir, 'kms.key'))

  expect(() => openKms({ dir })).toThrow(CannotStart)
})

test('a damaged key file is named', () => {
  writeFileSync(join(dir, 'kms.key'), '{"id":"x","material":"short"}')

  expect(() => openKms({ dir })).toThrow(/kms\.key is damaged/)
})
