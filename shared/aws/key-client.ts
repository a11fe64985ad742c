import { KMSClient, type KMSClientConfig } from '@aws-sdk/client-kms'

/** In a file of its own, so that it is read from disk when it is needed. */
export function makeKeyClient(config: KMSClientConfig): KMSClient {
  return new KMSClient(config)
}
