import { gunzipSync } from 'node:zlib'
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  type StateMachineListItem,
} from '@aws-sdk/client-sfn'
import type { World } from '../../../shared/world.ts'
import { allItems } from '../../all-items.ts'
import type { Faces } from '../open-faces.ts'

/** A text that the product has let out or kept: where it lies, and what it says. */
export interface Sunk {
  sink: 'reply' | 'socket' | 'item' | 'object' | 'machine' | 'execution' | 'event' | 'log' | 'mail' | 'call'
  /** Which one of the kind, e.g. `POST /v1/flow`. */
  at: string
  text: string
}

/** Everything that was kept or told besides replies and calls out, which only the caller sees. */
export async function sunkIn(faces: Faces): Promise<Sunk[]> {
  const items = await allItems(faces.world)
  return [
    ...items.map((item): Sunk => ({ sink: 'item', at: `${item.pk} ${item.sk}`, text: asText(item) })),
    ...(await objectsIn(faces.world)),
    ...(await machinesIn(faces.world)),
    ...faces.events.map((event): Sunk => ({ sink: 'event', at: event.kind, text: JSON.stringify(event) })),
    ...faces.scripts.map((event): Sunk => ({ sink: 'event', at: 'script', text: JSON.stringify(event) })),
    ...faces.log.lines.map((line): Sunk => ({ sink: 'log', at: line.message, text: JSON.stringify(line) })),
    ...faces.mail
      .list(1000)
      .map((mail): Sunk => ({ sink: 'mail', at: mail.to.join(), text: JSON.stringify(mail) })),
    ...[...faces.connections.open].flatMap(([id, { texts }]) =>
      texts.map((text): Sunk => ({ sink: 'socket', at: id, text })),
    ),
  ]
}

/** An item as JSON, its bytes as what they hold. */
function asText(item: object): string {
  return JSON.stringify(item, (_name, value) =>
    value instanceof Uint8Array ? textOf(Buffer.from(value)) : value,
  )
}

const isGzip = (bytes: Buffer) => bytes[0] === 0x1f && bytes[1] === 0x8b

function textOf(bytes: Buffer): string {
  return (isGzip(bytes) ? gunzipSync(bytes) : bytes).toString('latin1')
}

async function objectsIn({ s3, settings }: World): Promise<Sunk[]> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: settings.bucket }))
  return await Promise.all(
    Contents.map(async ({ Key = '' }): Promise<Sunk> => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: settings.bucket, Key }))
      return { sink: 'object', at: Key, text: (await Body?.transformToString()) ?? '' }
    }),
  )
}

async function machinesIn(world: World): Promise<Sunk[]> {
  const { stateMachines = [] } = await world.states.send(new ListStateMachinesCommand({ maxResults: 1000 }))
  return (await Promise.all(stateMachines.map((machine) => machineIn(world, machine)))).flat()
}

/** A machine's definition, and input, output and history of what it has executed; Express machines keep none. */
async function machineIn({ states }: World, machine: StateMachineListItem): Promise<Sunk[]> {
  const named = { stateMachineArn: machine.stateMachineArn }
  const { definition = '' } = await states.send(new DescribeStateMachineCommand(named))
  const sunk: Sunk[] = [{ sink: 'machine', at: machine.name ?? '', text: definition }]
  if (machine.type === 'EXPRESS') return sunk
  const { executions = [] } = await states.send(new ListExecutionsCommand({ ...named, maxResults: 1000 }))
  for (const { executionArn, name = '' } of executions) {
    const described = await states.send(new DescribeExecutionCommand({ executionArn }))
    const { events } = await states.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }))
    sunk.push({ sink: 'execution', at: name, text: JSON.stringify([described.input, described, events]) })
  }
  return sunk
}
