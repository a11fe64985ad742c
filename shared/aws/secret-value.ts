import { GetSecretValueCommand, type GetSecretValueCommandInput } from '@aws-sdk/client-secrets-manager'

/** The call that reads a secret; in a file of its own, so that it is read from disk when it is needed. */
export function secretValue(input: GetSecretValueCommandInput): GetSecretValueCommand {
  return new GetSecretValueCommand(input)
}
