import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager'
import type { ModelProvider, World } from '../world.ts'

/** A key that the operator has changed is noticed within this time, in milliseconds. */
const lookAgainMs = 60_000
/** What stands in the secret until the operator puts a key there: a provider may need none. */
const noKey = 'unset'

interface Known {
  key: Promise<string | null>
  readAt: number
}

const kept = new WeakMap<World['secrets'], Known>()

/** The operator's provider of models with its key; null if none is configured. */
export async function modelProvider(world: World): Promise<ModelProvider | null> {
  const { model } = world.settings
  if (model === undefined) return null
  return { baseUrl: model.baseUrl, model: model.name, apiKey: await modelKey(world) }
}

/** On one machine the key stands in the environment, elsewhere it is a secret of the platform. */
async function modelKey(world: World): Promise<string | null> {
  const secretId = world.settings.modelSecretId
  if (secretId === undefined) return world.settings.model?.apiKey ?? null
  const found = kept.get(world.secrets)
  if (found && world.clock.now() - found.readAt < lookAgainMs) return await found.key
  const known = { key: readKey(world, secretId), readAt: world.clock.now() }
  kept.set(world.secrets, known)
  // A failed read is not kept: the next one tries again.
  known.key.catch(() => kept.get(world.secrets) === known && kept.delete(world.secrets))
  return await known.key
}

async function readKey({ secrets }: World, SecretId: string): Promise<string | null> {
  const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId }))
  const key = SecretString.trim()
  return key === '' || key === noKey ? null : key
}
