import { CfnOutput, Duration, Stack, type StackProps, Validations } from 'aws-cdk-lib'
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb'
import * as lambda from 'aws-cdk-lib/aws-lambda'
import { DynamoEventSource, SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources'
import * as sqs from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { streamFilters } from '../shared/store/stream-filters.ts'
import { Api, type ApiRoute } from './constructs/api.ts'
import { Door } from './constructs/door.ts'
import { Engine } from './constructs/engine.ts'
import { Front } from './constructs/front.ts'
import { Schedules } from './constructs/schedules.ts'
import { Socket } from './constructs/socket.ts'
import { Timer } from './constructs/timer.ts'
import { Watch } from './constructs/watch.ts'
import type { Data } from './data.ts'
import { type DoorName, type DoorShape, doors, functionName } from './doors.ts'
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

    const deadLetters = new sqs.Queue(this, 'DeadLetters', {
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    })
    const engine = new Engine(this, 'Engine', {
      stage: stage.name,
      functionNames: [functionName(stage.name, 'step'), functionName(stage.name, 'script')],
      logRetentionDays,
    })
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
    const socket = new Socket(this, 'Sockets', {
      apiName: `${stage.name}-sluice-socket`,
      stageName: stage.name,
      throttle: stage.throttle,
      logRetentionDays,
    })
    const front = new Front(this, 'Front', {
      ...{ apiId: api.api.apiId, socketApiId: socket.api.apiId, stage: stage.name },
      ...(stage.domain === undefined ? {} : { domain: stage.domain }),
      ...(stage.firewall === undefined ? {} : { firewall: stage.firewall }),
    })
    const environment = {
      SLUICE_STAGE: stage.name,
      // Figures go out as lines of the log.
      SLUICE_METRICS: 'emf',
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
      SLUICE_BASE_URL: front.url,
      SLUICE_ORIGIN_SECRET: front.secret.secretValue.unsafeUnwrap(),
      // With a firewall nobody shall go past it.
      ...(stage.firewall === undefined ? {} : { SLUICE_ORIGIN_REQUIRED: 'true' }),
      SLUICE_SYNC_SECONDS: String(stage.syncSeconds),
      ...(stage.defaultOrganisation === undefined ? {} : { SLUICE_DEFAULT_ORG: stage.defaultOrganisation }),
      ...(stage.mailFrom === undefined ? {} : { SLUICE_MAIL_FROM: stage.mailFrom }),
      // Of all the SDK's clients this one has no default.
      AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: socket.stage.callbackUrl,
      SLUICE_CORS_ORIGINS: stage.corsOrigins.join(','),
      ...modelsOf(stage, data),
    }

    for (const shape of doors) {
      const door = new Door(this, title(shape.door), {
        door: shape.door,
        bundles: props.bundles,
        memoryMegabytes: shape.memoryMegabytes,
        timeout: Duration.seconds(shape.timeoutSeconds),
        // What runs authors' code is told nothing, and may write its log alone.
        ...(shape.door === 'script' ? { environment: {}, traced: false } : { environment }),
        statements: statementsOf(shape.door, this, { stage, data, engine, schedules, socket }),
        logRetentionDays,
        ...(fixedNames.has(shape.door) ? { functionName: functionName(stage.name, shape.door) } : {}),
        ...(waitsForAnswer.has(shape.calledBy) ? {} : { deadLetters }),
        ...(shape.door === 'swept' ? { reservedConcurrency: 1 } : {}),
      })
      this.functions.set(shape.door, door.function)
    }

    api.serve(props.routes, this.functions, 'own')
    socket.serve(this.doorOf('socket'))
    const ended = engine.tell(this.doorOf('settled'), deadLetters)
    this.readStream(data, deadLetters)
    new Timer(this, 'Timer', { swept: this.doorOf('swept'), due: this.doorOf('due'), deadLetters })
    new Watch(this, 'Watch', {
      ...{ stage: stage.name, apiId: api.api.apiId, tableName: data.records.table.tableName },
      ended,
      functions: this.functions,
      deadLetters,
      ...(stage.alarmEmail === undefined ? {} : { alarmEmail: stage.alarmEmail }),
    })
    new CfnOutput(this, 'Address', { value: front.url, description: 'Where the service answers' })
    if (stage.domain !== undefined)
      new CfnOutput(this, 'DnsTarget', {
        value: front.distributionName,
        description: `Where the DNS record of ${stage.domain.name} (CNAME or alias) must lead to`,
      })
    acknowledgeWildcards(this, stage.name, socket)
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
        filters: [lambda.FilterCriteria.filter(streamFilters.changed)],
      }),
    )
    // The stream's second reader: it waits for other people's services, so that `changed` never does.
    this.doorOf('due').addEventSource(
      new DynamoEventSource(data.records.table as dynamodb.ITable, {
        startingPosition: lambda.StartingPosition.LATEST,
        batchSize: 100,
        parallelizationFactor: 10,
        retryAttempts: 1,
        onFailure: new SqsDlq(deadLetters),
        filters: [lambda.FilterCriteria.filter(streamFilters.due)],
      }),
    )
  }
}

/** Where models are asked, and where the key for it lies. */
function modelsOf({ models }: Stage, { keys }: Data): Record<string, string> {
  if (models === undefined) return {}
  return {
    SLUICE_LLM_BASE_URL: models.baseUrl,
    ...(models.model === undefined ? {} : { SLUICE_LLM_MODEL: models.model }),
    SLUICE_LLM_SECRET: keys.model.secretArn,
  }
}

/** Machines and schedules that were made months ago call these by name, and so does `npm run admin`. */
const fixedNames: ReadonlySet<DoorName> = new Set(['step', 'script', 'scheduled', 'admin'])

/** Callers that get the error themselves: nothing is queued. */
const waitsForAnswer: ReadonlySet<DoorShape['calledBy']> = new Set([
  'http',
  'machines',
  'sockets',
  'operator',
])

function title(door: string): string {
  return door.charAt(0).toUpperCase() + door.slice(1)
}
