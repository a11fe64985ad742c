import { SFNClient, type SFNClientConfig } from '@aws-sdk/client-sfn'

/** In a file of its own, so that it is read from disk when it is needed. */
export function makeStatesClient(config: SFNClientConfig): SFNClient {
  return new SFNClient(config)
}
