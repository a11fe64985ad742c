import { expect, test } from 'vitest'
import { isRead } from '../../../shared/store/stream-filters.ts'
import { keys } from '../../../shared/store/table.ts'
import { fitsPattern } from '../event-pattern.ts'
import type { Stacks } from './open-stacks.ts'

const id = '0b9e5f6e-0000-4000-8000-000000000000'

/** Rows that `changed` does something about, and rows of which there is one for each request, or nobody to be told. */
const rows = {
  read: [
    ...[keys.run(id, id), keys.step(id, id, '1#a'), keys.wait(id, id, '1#a'), keys.event(id, id, 1)],
    ...[keys.connection(id, id, 'c'), keys.file(id, id), keys.version(id, id, 1), keys.schedule(id, id, 's')],
    ...[keys.session(id, id), keys.apiKey(id, id), keys.account(id, id)],
  ],
  passedOver: [
    ...[keys.rate(id, '202611261914'), keys.request(id, 'r'), keys.audit(id, '202611', '01H')],
    ...[keys.runInput(id, id), keys.runFile(id, id, id), keys.apiKeyPointer('d'), keys.linkPointer('d')],
  ],
}

/** The two readers of the table's stream. */
export function streamReaders(stacks: () => Stacks): void {
  // Each request counts against a limit in a row of its own: each woke the function for nothing.
  test('wakes the function for changes that it does something about, and for no others', () => {
    const [mapping] = Object.entries(
      stacks().service.findResources('AWS::Lambda::EventSourceMapping'),
    ).filter(([name]) => name.startsWith('Changed'))
    const filters: { Pattern: string }[] = mapping?.[1].Properties.FilterCriteria?.Filters ?? []
    const wakes = ({ pk, sk }: { pk: string; sk: string }) =>
      filters.some(({ Pattern }) =>
        fitsPattern(JSON.parse(Pattern), { dynamodb: { Keys: { pk: { S: pk }, sk: { S: sk } } } }),
      )

    expect(rows.read.filter((row) => !wakes(row))).toEqual([])
    expect(rows.passedOver.filter(wakes)).toEqual([])
    for (const { Pattern } of filters) expect(Pattern.length).toBeLessThan(4096)
  })

  test('wakes it on this machine for the same changes', () => {
    const readHere = ({ pk, sk }: { pk: string; sk: string }) => isRead(pk, sk)

    expect(rows.read.filter((row) => !readHere(row))).toEqual([])
    expect(rows.passedOver.filter(readHere)).toEqual([])
  })
}
