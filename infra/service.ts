import { CfnOutput, Duration, Stack, type StackProps, Validations } from 'aws-cdk-lib'
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb'
import * as lambda from 'aws-cdk-lib/aws-lambda'
import { DynamoEventSource, SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources'
import * as sqs from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { Api, type ApiRoute } from './constructs/api.ts'
import { Door } from './constructs/door.ts'
import { Engine } from './constructs/engine.ts'
import { Schedules } from './constructs/schedules.ts'
import { Timer } from './constructs/timer.ts'
import { Watch } from './constructs/watch.ts'
import type { Data } from './data.ts'
import { type DoorName, doors, functionName } from './doors.ts'
import type { Stage } from './stages.ts'
import { acknowledgeWildcards, statementsOf } from './statements.ts'

export interface ServiceProps extends StackProps {
  readonly stage: Stage
  readonly data: Data
  /** The route table. */
  readonly routes: readonly ApiRoute[]
  /** Folder with one bundle per door. */
  readonly bundles: string
}

/** The stateless stack; the only place that knows all constructs. */
export class Service extends Stack {
  readonly functions = new Map<DoorName, lambda.Function>()

  constructor(scope: Construct, id: string, props: ServiceProps) {
    super(scope, id, props)
    const { stage, data } = props
    const logRetentionDays = stage.logRetentionDays
    const stepFunctionName = functionName(stage.name, 'step')

    const deadLetters = new sqs.Queue(this, 'DeadLetters', {
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    })
    const engine = new Engine(this, 'Engine', { stage: stage.name, stepFunctionName, logRetentionDays })
    const api = new Api(this, 'Api', {
      apiName: `${stage.name}-sluice`,
      throttle: stage.throttle,
      logRetentionDays,
    })
    const schedules = new Schedules(this, 'Schedules', {
      groupName: `${stage.name}-flows`,
      functionName: functionName(stage.name, 'scheduled'),
      deadLetters,
    })
    const environment = {
      SLUICE_STAGE: stage.name,
      SLUICE_TABLE: data.records.table.tableName,
      SLUICE_MACHINE_ROLE_ARN: engine.role.roleArn,
      SLUICE_MACHINE_LOG_GROUP_ARN: engine.logGroup.logGroupArn,
      SLUICE_SCHEDULE_GROUP: `${stage.name}-flows`,
      SLUICE_SCHEDULED_ARN: schedules.functionArn,
      SLUICE_SCHEDULE_ROLE_ARN: schedules.role.roleArn,
      SLUICE_SCHEDULE_DEAD_LETTERS: deadLetters.queueArn,
      SLUICE_BUCKET: data.files.bucket.bucketName,
      SLUICE_KEY_ID: data.keys.key.keyArn,
      SLUICE_SIGNING_SECRET: data.keys.signing.secretArn,
      SLUICE_SEALING_SECRET: data.keys.sealing.secretArn,
      SLUICE_BASE_URL: api.api.apiEndpoint,
      SLUICE_CORS_ORIGINS: stage.corsOrigins.join(','),
    }

    for (const shape of doors) {
      const door = new Door(this, title(shape.door), {
        door: shape.door,
        bundles: props.bundles,
        memoryMegabytes: shape.memoryMegabytes,
        timeout: Duration.seconds(shape.timeoutSeconds),
        environment,
        statements: statementsOf(shape.door, this, { stage: stage.name, data, engine, schedules }),
        logRetentionDays,
        ...(fixedNames.has(shape.door) ? { functionName: functionName(stage.name, shape.door) } : {}),
        ...(shape.calledBy === 'http' || shape.calledBy === 'machines' ? {} : { deadLetters }),
        ...(shape.door === 'swept' ? { reservedConcurrency: 1 } : {}),
      })
      this.functions.set(shape.door, door.function)
    }

    api.serve(props.routes, this.functions, 'own')
    const ended = engine.tell(this.doorOf('settled'), deadLetters)
    this.readStream(data, deadLetters)
    new Timer(this, 'Timer', { swept: this.doorOf('swept'), deadLetters })
    new Watch(this, 'Watch', {
      ended,
      functions: this.functions,
      deadLetters,
      ...(stage.alarmEmail === undefined ? {} : { alarmEmail: stage.alarmEmail }),
    })
    new CfnOutput(this, 'Address', { value: api.api.apiEndpoint, description: 'Where the service answers' })
    acknowledgeWildcards(this, stage.name)
    Validations.of(deadLetters).acknowledge(
      { id: 'AwsSolutions-SQS3', reason: 'It is itself the dead-letter queue' },
      { id: 'Serverless-SQSRedrivePolicy', reason: 'It is itself the dead-letter queue' },
    )
  }

  private doorOf(name: DoorName): lambda.Function {
    const door = this.functions.get(name)
    if (door === undefined) throw new Error(`There is no function ${name}`)
    return door
  }

  private readStream(data: Data, deadLetters: sqs.IQueue): void {
    this.doorOf('changed').addEventSource(
      new DynamoEventSource(data.records.table as dynamodb.ITable, {
        startingPosition: lambda.StartingPosition.TRIM_HORIZON,
        batchSize: 100,
        maxBatchingWindow: Duration.seconds(0),
        reportBatchItemFailures: true,
        bisectBatchOnError: true,
        retryAttempts: 10,
        onFailure: new SqsDlq(deadLetters),
      }),
    )
  }
}

/** Machines and schedules that were made months ago call these by name. */
const fixedNames: ReadonlySet<DoorName> = new Set(['step', 'scheduled'])

function title(door: string): string {
  return door.charAt(0).toUpperCase() + door.slice(1)
}
