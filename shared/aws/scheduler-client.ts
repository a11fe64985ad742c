import { SchedulerClient, type SchedulerClientConfig } from '@aws-sdk/client-scheduler'

/** In a file of its own, so that it is read from disk when it is needed. */
export function makeSchedulerClient(config: SchedulerClientConfig): SchedulerClient {
  return new SchedulerClient(config)
}
