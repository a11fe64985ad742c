import type { DynamoDBRecord } from 'aws-lambda'
import type { Item } from './attribute-value.ts'
import { numbered, places } from './row-keys.ts'
import { StoredItem } from './stored-item.ts'

/** One changed item, as the stream delivers it. */
export interface Change {
  sequence: number
  table: string
  /** Milliseconds since 1970. */
  at: number
  key: Item
  before: StoredItem | undefined
  after: StoredItem | undefined
  /** Whether the service itself deleted the item because it had expired. */
  expired: boolean
}

/** The row under which a change waits for its delivery. */
export function changeRow(sequence: number): string {
  return places.change + numbered(sequence)
}

/** The content of that row; the images are JSON already. */
export function writeChange({ table, at, key, before, after, expired }: Change): string {
  const head = JSON.stringify({ table, at, expired, key }).slice(0, -1)
  return `${head},"before":${before?.text ?? null},"after":${after?.text ?? null}}`
}

export function readChange(row: string, content: string): Change {
  const { before, after, ...rest } = JSON.parse(content)
  const stored = (item: Item | null) => (item === null ? undefined : new StoredItem(JSON.stringify(item)))
  return {
    ...rest,
    sequence: Number(row.slice(places.change.length)),
    before: stored(before),
    after: stored(after),
  }
}

/** A change in the shape in which Lambda hands it to a function; shares nothing with the stored items. */
export function toRecord(change: Change): DynamoDBRecord {
  const { sequence, table, at, key, before, after, expired } = change
  type Image = NonNullable<NonNullable<DynamoDBRecord['dynamodb']>['NewImage']>
  const record: DynamoDBRecord = {
    eventID: `local-${numbered(sequence)}`,
    eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: region(),
    eventSourceARN: streamArn(table),
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(at / 1000),
      Keys: JSON.parse(JSON.stringify(key)) as Image,
      SequenceNumber: sequenceNumber(change),
      SizeBytes: (before?.text.length ?? 0) + (after?.text.length ?? 0),
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
  }
  if (after) record.dynamodb!.NewImage = JSON.parse(after.text) as Image
  if (before) record.dynamodb!.OldImage = JSON.parse(before.text) as Image
  if (expired) record.userIdentity = { type: 'Service', principalId: 'dynamodb.amazonaws.com' }
  return record
}

/** The sequence number as the stream writes it: digits only, sorting as text. */
export function sequenceNumber({ sequence }: Change): string {
  return String(sequence).padStart(21, '0')
}

/** ARN of a table of this account. */
export function tableArn(table: string): string {
  return `arn:aws:dynamodb:${region()}:000000000000:table/${table}`
}

/** The stream's ARN. */
export function streamArn(table: string): string {
  return `${tableArn(table)}/stream/local`
}

let knownRegion: string | undefined

function region(): string {
  // Looking into the environment is slow, and the Region does not change.
  knownRegion ??= process.env.AWS_REGION ?? 'us-east-1'
  return knownRegion
}

/** Numbers the changes of all tables. */
export class Sequence {
  #last: number

  constructor(last: number) {
    this.#last = last
  }

  next(): number {
    this.#last += 1
    return this.#last
  }
}
