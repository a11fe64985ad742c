import type { AttributeValue, Item } from './attribute-value.ts'
import { attribute, typeOf } from './attribute-value.ts'
import { invalid } from './refuse.ts'

export type KeyType = 'S' | 'N' | 'B'

/** An attribute that is part of a key. */
export interface KeyAttribute {
  name: string
  type: KeyType
}

/** The keys of a table or an index. */
export interface KeySchema {
  partition: KeyAttribute
  sort: KeyAttribute | undefined
}

export interface Index extends KeySchema {
  name: string
  /** Names of the attributes its rows carry; undefined means all. */
  projected: readonly string[] | undefined
}

/** A table as the actions need it; all of it is fixed when the table is made, except `ttl`. */
export interface Table extends KeySchema {
  name: string
  indexes: readonly Index[]
  /** Whether changes go to the stream. */
  streams: boolean
  /** Name of the attribute that says when an item expires. */
  ttl: string | undefined
  /** What DescribeTable answers. */
  description: Record<string, unknown>
}

/** The attributes of the primary key of an item, or a key as given. */
export function primaryKey(table: KeySchema, item: Item): Item {
  const { partition, sort } = table
  const key: Item = { [partition.name]: item[partition.name]! }
  if (sort) key[sort.name] = item[sort.name]!
  return key
}

/**
 * Checks that a key has exactly the attributes of the table's key.
 *
 * @throws {Refused} ValidationException.
 */
export function checkKey(table: KeySchema, key: Item): void {
  const attributes = table.sort ? [table.partition, table.sort] : [table.partition]
  if (Object.keys(key).length !== attributes.length) throw invalid(keyMismatch)
  for (const { name, type } of attributes) {
    const value = attribute(key, name)
    if (value?.[type] === undefined) throw invalid(keyMismatch)
    checkKeyPart(value, name, name === table.partition.name)
  }
}

/**
 * Checks the key attributes of a whole item, and those of the indexes it is to appear in.
 *
 * @throws {Refused} ValidationException.
 */
export function checkItemKeys(table: Table, item: Item): void {
  const attributes = table.sort ? [table.partition, table.sort] : [table.partition]
  for (const { name, type } of attributes) {
    const value = attribute(item, name)
    if (value === undefined) throw invalid(`${invalidParameters}: Missing the key ${name} in the item`)
    if (value[type] === undefined) {
      const actual = typeOf(value)
      throw invalid(`${invalidParameters}: Type mismatch for key ${name} expected: ${type} actual: ${actual}`)
    }
    checkKeyPart(value, name, name === table.partition.name)
  }
  checkIndexKeys(table, item)
}

/** @throws {Refused} ValidationException for an attribute that an index cannot take as its key. */
export function checkIndexKeys(table: Table, item: Item): void {
  for (const index of table.indexes) {
    checkIndexKey(index, index.partition, item)
    if (index.sort) checkIndexKey(index, index.sort, item)
  }
}

const keyMismatch = 'The provided key element does not match the schema'
const invalidParameters = 'One or more parameter values were invalid'
const partitionLimit = 2048
const sortLimit = 1024

function checkIndexKey(index: Index, { name, type }: KeyAttribute, item: Item): void {
  const value = attribute(item, name)
  if (value === undefined) return
  const text = value[type]
  if (text === undefined) {
    throw invalid(
      `${invalidParameters}: Type mismatch for Index Key ${name} Expected: ${type} ` +
        `Actual: ${typeOf(value)} IndexName: ${index.name}`,
    )
  }
  if (text === '') {
    throw invalid(
      'One or more parameter values are not valid. A value specified for a secondary index key is not supported. ' +
        'The AttributeValue for a key attribute cannot contain an empty string value. ' +
        `IndexName: ${index.name}, IndexKey: ${name}`,
    )
  }
  checkLength(text, type, name === index.partition.name)
}

function checkKeyPart(value: AttributeValue, name: string, isPartition: boolean): void {
  const type = typeOf(value) as KeyType
  const text = value[type]!
  if (text === '') {
    throw invalid(
      'One or more parameter values are not valid. ' +
        `The AttributeValue for a key attribute cannot contain an empty ${type === 'S' ? 'string' : 'binary'} ` +
        `value. Key: ${name}`,
    )
  }
  checkLength(text, type, isPartition)
}

function checkLength(text: string, type: KeyType, isPartition: boolean): void {
  const limit = isPartition ? partitionLimit : sortLimit
  // A UTF-16 unit is at most three bytes; most keys are far from the limit.
  if (type === 'N' || text.length * 3 <= limit) return
  if (Buffer.byteLength(text, type === 'B' ? 'base64' : 'utf8') <= limit) return
  throw invalid(
    isPartition
      ? `${invalidParameters}: Size of hashkey has exceeded the maximum size limit of2048 bytes`
      : `${invalidParameters}: Aggregated size of all range keys has exceeded the size limit of 1024 bytes`,
  )
}
