import type { CreateTableCommandInput, GlobalSecondaryIndex } from '@aws-sdk/client-dynamodb'
import { tableShape } from '../../../shared/store/table.ts'

/** What CreateTable takes to make the one table of `shared/store/table.ts`. */
export function tableInput(TableName: string): CreateTableCommandInput {
  const keys = (partition: string, sort: string): GlobalSecondaryIndex['KeySchema'] => [
    { AttributeName: partition, KeyType: 'HASH' },
    { AttributeName: sort, KeyType: 'RANGE' },
  ]
  const names = [tableShape, ...tableShape.indexes].flatMap((keyed) => [keyed.partitionKey, keyed.sortKey])
  return {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: keys(tableShape.partitionKey, tableShape.sortKey),
    GlobalSecondaryIndexes: tableShape.indexes.map((index) => ({
      IndexName: index.name,
      KeySchema: keys(index.partitionKey, index.sortKey),
      Projection:
        index.projection === 'keys'
          ? { ProjectionType: 'KEYS_ONLY' }
          : { ProjectionType: 'INCLUDE', NonKeyAttributes: [...tableShape.projected] },
    })),
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  }
}
