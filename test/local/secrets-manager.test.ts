import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  GetSecretValueCommand,
  ListSecretsCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CannotStart } from '../../infra/local/data-folder.ts'
import { openSecretsManager } from '../../infra/local/secrets-manager.ts'
import { inProcess } from '../../infra/local/wire.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sluice-secrets-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

function open(...names: string[]) {
  const endpoint = openSecretsManager({ dir, names })
  const client = new SecretsManagerClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    endpoint: 'http://127.0.0.1',
    requestHandler: inProcess(endpoint),
    maxAttempts: 1,
  })
  return { client, read: (SecretId: string) => client.send(new GetSecretValueCommand({ SecretId })) }
}

test('a secret is made once and stays, also when others join it', async () => {
  const first = await open('signing').read('signing')

  const { read } = open('signing', 'sealing')

  expect(await read('signing')).toMatchObject({
    SecretString: first.SecretString,
    VersionId: first.VersionId,
  })
  expect((await read('sealing')).SecretString).not.toBe(first.SecretString)
  expect(Buffer.from(first.SecretString!, 'base64url').length).toBeGreaterThanOrEqual(32)
})

test('a secret answers to its ARN', async () => {
  const { read } = open('signing')
  const { ARN, SecretString } = await read('signing')

  expect(await read(ARN!)).toMatchObject({ Name: 'signing', SecretString })
})

test('an unknown secret and an unserved operation are refused', async () => {
  const { client, read } = open('signing')

  await expect(read('other')).rejects.toBeInstanceOf(ResourceNotFoundException)
  await expect(client.send(new ListSecretsCommand({}))).rejects.toMatchObject({
    name: 'UnknownOperationException',
  })
})

test('the secrets are for their owner only', () => {
  open('signing')

  expect(statSync(join(dir, 'secrets.json')).mode & 0o777).toBe(0o600)
})

test('a damaged file is refused at start', () => {
  writeFileSync(join(dir, 'secrets.json'), '{')

  expect(() => openSecretsManager({ dir, names: ['signing'] })).toThrow(CannotStart)
})
