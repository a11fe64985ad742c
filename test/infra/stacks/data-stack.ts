import { Match } from 'aws-cdk-lib/assertions'
import { expect, test } from 'vitest'
import { tableShape } from '../../../shared/store/table.ts'
import type { Stacks } from './open-stacks.ts'

/** The stack of what is kept. */
export function dataStack(stacks: () => Stacks): void {
  test('builds the table that the store speaks of, protected and retained', () => {
    stacks().data.hasResource('AWS::DynamoDB::GlobalTable', {
      DeletionPolicy: 'Retain',
      Properties: {
        KeySchema: [
          { AttributeName: tableShape.partitionKey, KeyType: 'HASH' },
          { AttributeName: tableShape.sortKey, KeyType: 'RANGE' },
        ],
        GlobalSecondaryIndexes: tableShape.indexes.map((index) => ({
          IndexName: index.name,
          KeySchema: [
            { AttributeName: index.partitionKey, KeyType: 'HASH' },
            { AttributeName: index.sortKey, KeyType: 'RANGE' },
          ],
          Projection:
            index.projected.length === 0
              ? { ProjectionType: 'KEYS_ONLY' }
              : { ProjectionType: 'INCLUDE', NonKeyAttributes: index.projected },
        })),
        TimeToLiveSpecification: { AttributeName: tableShape.ttl, Enabled: true },
        StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
        Replicas: [
          Match.objectLike({
            DeletionProtectionEnabled: true,
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          }),
        ],
      },
    })
  })

  test('keeps bucket, key and secrets when it goes', () => {
    for (const type of ['AWS::S3::Bucket', 'AWS::KMS::Key', 'AWS::SecretsManager::Secret'])
      stacks().data.allResources(type, { DeletionPolicy: 'Retain' })
  })

  test('lets pages use signed URLs, keeps strangers out, and takes away what was forgotten', () => {
    stacks().data.hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true },
      CorsConfiguration: {
        CorsRules: [
          {
            AllowedOrigins: ['*'],
            AllowedMethods: ['GET', 'HEAD', 'PUT'],
            AllowedHeaders: ['*'],
            ExposedHeaders: ['ETag', 'Content-Length', 'Content-Range'],
            MaxAge: 7200,
          },
        ],
      },
      LifecycleConfiguration: {
        Rules: [
          Match.objectLike({ Prefix: 'files/', ExpirationInDays: 4100 }),
          Match.objectLike({ Prefix: 'runs/', ExpirationInDays: 4100 }),
        ],
      },
    })
  })

  test('never moves the logical id of what holds data', () => {
    const held = [
      'AWS::DynamoDB::GlobalTable',
      'AWS::S3::Bucket',
      'AWS::KMS::Key',
      'AWS::SecretsManager::Secret',
    ]
    const ids = Object.entries(stacks().data.toJSON().Resources as Record<string, { Type: string }>)
      .filter(([, resource]) => held.includes(resource.Type))
      .map(([id]) => id)
      .sort()

    expect(ids).toEqual([
      'FilesBucket7C17EE2E',
      'KeysKeyFE944A9C',
      'KeysModel6A56A2A4',
      'KeysSealingEEF27743',
      'KeysSigningD455BFD1',
      'RecordsTableC9B7A30B',
    ])
  })
}
