import { RemovalPolicy } from 'aws-cdk-lib'
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb'
import { Construct } from 'constructs'
import { tableShape } from '../../shared/store/table.ts'

export interface RecordsProps {
  /** Name of the table. */
  readonly tableName: string
  /** True: the table survives its stack and cannot be deleted by mistake. */
  readonly retain: boolean
}

/** The one table that holds flows, versions, runs and waits; built from `tableShape`, as the local account's is. */
export class Records extends Construct {
  readonly table: dynamodb.TableV2

  constructor(scope: Construct, id: string, props: RecordsProps) {
    super(scope, id)
    this.table = new dynamodb.TableV2(this, 'Table', {
      tableName: props.tableName,
      partitionKey: text(tableShape.partitionKey),
      sortKey: text(tableShape.sortKey),
      billing: dynamodb.Billing.onDemand(),
      encryption: dynamodb.TableEncryptionV2.awsManagedKey(),
      timeToLiveAttribute: tableShape.ttl,
      dynamoStream: dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: props.retain,
      removalPolicy: props.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      globalSecondaryIndexes: tableShape.indexes.map((index) => ({
        indexName: index.name,
        partitionKey: text(index.partitionKey),
        sortKey: text(index.sortKey),
        ...(index.projected.length === 0
          ? { projectionType: dynamodb.ProjectionType.KEYS_ONLY }
          : {
              projectionType: dynamodb.ProjectionType.INCLUDE,
              nonKeyAttributes: [...index.projected],
            }),
      })),
    })
  }
}

function text(name: string): dynamodb.Attribute {
  return { name, type: dynamodb.AttributeType.STRING }
}
