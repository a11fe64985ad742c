import type { DynamoDBRecord } from 'aws-lambda'
import { expect } from 'vitest'
import { applyChanges } from '../../../shared/core/updates.ts'
import { deliverDue } from '../../../shared/core/webhooks-out/deliver-due.ts'
import { deliverFresh, isNewDelivery } from '../../../shared/core/webhooks-out/deliver-fresh.ts'
import { listDeliveries } from '../../../shared/core/webhooks-out/deliveries.ts'
import { createEndpoint } from '../../../shared/core/webhooks-out/endpoints.ts'
import { StepError } from '../../../shared/step-error.ts'
import type { JsonObject, OutboundRequest } from '../../../shared/world.ts'
import { openRunsWorld, org, type RunsWorld } from '../runs-fixture.ts'

type Made = Awaited<ReturnType<typeof createEndpoint>>
type Delivery = Awaited<ReturnType<typeof listDeliveries>>['deliveries'][number]

/** A World whose endpoints lie behind a way out that answers as the test says. */
export interface DeliveriesWorld extends RunsWorld {
  /** What was sent; tests may begin it anew. */
  sent: OutboundRequest[]
  /** How it is answered. @default with 204 */
  answer: (request: OutboundRequest) => number | StepError | Promise<number>
  /** Every change of the table. */
  records: DynamoDBRecord[]
  /** Makes an endpoint that wants every event. */
  make(wish?: Partial<Parameters<typeof createEndpoint>[2]>): Promise<Made>
  /** An endpoint's deliveries, the oldest first. */
  list(endpointId: string): Promise<Delivery[]>
  /** The types of their events. */
  typesOf(endpointId: string): Promise<string[]>
  /** Waits until the stream has brought so many deliveries since they were last taken. */
  come(count: number): Promise<DynamoDBRecord[]>
  /** Does the work; time passes only while it waits for nothing else. */
  drive<T>(work: Promise<T>): Promise<T>
  /** What the function `due` does with so many deliveries that the stream brings. */
  fresh(count?: number): Promise<void>
  /** What the function `due` does each minute. */
  tick(): Promise<number>
  /** The tick of a later day; days are not walked through, since the table looks at its rows each second. */
  tickAt(now: number): Promise<number>
  /** What the sent requests carry. */
  bodies(): JsonObject[]
}

/** Where endpoints are, unless a test says otherwise. */
export const at = 'https://hooks.example.com/in'

/** A moment of the machine's own clock: the table answers in it. */
export const moment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2))

/** Time stands still; endpoints are told nothing until a test drives the deliveries. */
export async function openDeliveriesWorld(): Promise<DeliveriesWorld> {
  const runs = await openRunsWorld({ outbound: (request) => answered(opened, request) })
  const { world, who, clock } = runs
  const opened: DeliveriesWorld = {
    ...runs,
    sent: [],
    records: [],
    answer: () => 204,
    make: (wish = {}) => createEndpoint(world, who, { url: at, events: ['*'], ...wish }),
    list: async (id) => (await listDeliveries(world, org, id, { limit: 100 })).deliveries.reverse(),
    typesOf: async (id) => (await opened.list(id)).map(({ type }) => type),
    async come(count) {
      const made = () => opened.records.filter(isNewDelivery)
      for (let n = 0; n < 5000 && made().length < count; n++) await moment()
      expect(made()).toHaveLength(count)
      return made()
    },
    async drive(work) {
      let done = false
      const end = () => {
        done = true
      }
      work.then(end, end)
      for (let n = 1; !done; n++) {
        await clock.advance(n % 40 === 0 ? 500 : 0)
        await moment()
      }
      return await work
    },
    async fresh(count = 1) {
      const deliveries = await opened.come(count)
      opened.records = []
      await opened.drive(deliverFresh(world, deliveries))
    },
    tick: () => opened.drive(deliverDue(world)),
    tickAt: (now) => opened.drive(deliverDue({ ...world, clock: { ...clock, now: () => now } })),
    bodies: () => opened.sent.map(({ body = '' }) => JSON.parse(body) as JsonObject),
  }
  runs.dynamo.onChanges(async (changes) => {
    opened.records.push(...changes)
    return { batchItemFailures: await applyChanges(world, changes) }
  })
  return opened
}

async function answered(opened: DeliveriesWorld, request: OutboundRequest) {
  opened.sent.push(request)
  const status = await opened.answer(request)
  if (status instanceof StepError) throw status
  return { status, headers: {}, body: '', durationMs: 3 }
}
