import type * as events from 'aws-cdk-lib/aws-events'
import type * as lambda from 'aws-cdk-lib/aws-lambda'
import type * as sqs from 'aws-cdk-lib/aws-sqs'

/** What is watched. */
export interface Watched {
  /** Name of the stage: the `service` of the product's own figures. */
  readonly stage: string
  /** The rule that matches every execution which failed, timed out or was stopped. */
  readonly ended: events.IRule
  readonly functions: ReadonlyMap<string, lambda.IFunction>
  readonly deadLetters: sqs.IQueue
  /** Id of the HTTP API. */
  readonly apiId: string
  readonly tableName: string
}
