import { SecretsManagerClient, type SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager'

/** In a file of its own, so that it is read from disk when it is needed. */
export function makeSecretsClient(config: SecretsManagerClientConfig): SecretsManagerClient {
  return new SecretsManagerClient(config)
}
