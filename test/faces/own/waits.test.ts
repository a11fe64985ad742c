import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../shared/world.ts'
import { asking, askingTwice, calling } from '../flows-of-tests.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
beforeAll(async () => {
  faces = await openFaces()
})
afterAll(() => faces.close())

const send = (method: string, path: string, body?: unknown, as = faces.acme.token.user) =>
  faces.send(method, path, { as, ...(body === undefined ? {} : { body }) })
const asked = async (definition: JsonObject = asking) => {
  const flow = await faces.flow(definition)
  const { body } = await faces.execute(flow)
  return { flow, run: body.appRunId as string, wait: body.waitState.waitId as string }
}

describe('waits as a resource', () => {
  test('are read by their id, with what was asked and until when', async () => {
    const { flow, run, wait } = await asked()
    const { status, body, headers } = await send('GET', `/v1/waits/${wait}`)

    expect(status).toBe(200)
    expect(body).toMatchObject({
      id: wait,
      runId: run,
      flowId: flow,
      stepId: 'ask',
      kind: 'approval',
      status: 'open',
      question: { message: 'Renew ?', options: ['approve', 'reject'], approvals: { needed: 1, given: 0 } },
      answeredBy: null,
    })
    const again = await faces.send('GET', `/v1/waits/${wait}`, {
      as: faces.acme.token.user,
      headers: { 'if-none-match': headers.etag! },
    })
    expect(again.status).toBe(304)
  })

  test('are answered by their id: the run goes on, and who answered is told', async () => {
    const { wait } = await asked()
    const done = await send('POST', `/v1/waits/${wait}/answer`, { decision: 'approve' })

    expect(done.status).toBe(200)
    expect(done.body).toMatchObject({
      wait: {
        status: 'answered',
        answeredBy: `user:${faces.acme.account.user.id}`,
        outcome: { decision: 'approve' },
      },
      run: { status: 'completed', output: { decision: 'approve' } },
    })
    const again = await send('POST', `/v1/waits/${wait}/answer`, { decision: 'approve' })
    expect([again.status, again.headers['idempotency-replayed']]).toEqual([200, 'true'])
    const other = await send('POST', `/v1/waits/${wait}/answer`, { decision: 'reject' })
    expect([other.status, other.body.code]).toEqual([409, 'wait_already_answered'])
  })

  // What was misspelt was passed over, and the wait was answered without it for good.
  test.each([
    [{ decision: 'approve', mesage: 'no' }, '#/mesage'],
    [{ params: {}, action: 'go' }, '#/action'],
    [{ toolResult: { success: true, result: 1 } }, '#/toolResult/result'],
  ])('an answer with an unknown member is 422, and the wait stays open: %j', async (body, pointer) => {
    const { wait } = await asked()
    const refused = await send('POST', `/v1/waits/${wait}/answer`, body)

    expect([refused.status, refused.body.errors[0].pointer]).toEqual([422, pointer])
    expect((await send('GET', `/v1/waits/${wait}`)).body.status).toBe('open')
  })

  test('202 if the run works on after the time is over', async () => {
    const { wait } = await asked({
      ...asking,
      nodes: {
        ...(asking.nodes as JsonObject),
        end: { type: 'delay', params: { seconds: 600 } },
      },
    })
    const { status, body, headers } = await send('POST', `/v1/waits/${wait}/answer?wait=0`, {
      decision: 'approve',
    })

    expect([status, headers.location]).toEqual([202, `/v1/runs/${body.run.id}`])
  })

  test('two of many: a vote keeps it open, and the second decides', async () => {
    const { wait } = await asked({
      ...asking,
      nodes: {
        ...(asking.nodes as JsonObject),
        ask: {
          type: 'approval',
          params: { message: 'Go?', approvals: 2, onTimeout: 'fail' },
          next: { default: 'end' },
        },
      },
    })
    const first = await send('POST', `/v1/waits/${wait}/answer`, { decision: 'approve' })
    expect(first.body.wait).toMatchObject({
      status: 'open',
      question: { approvals: { needed: 2, given: 1 }, votes: [{ decision: 'approve' }] },
    })
    const admin = faces.acme.token.admin
    const second = await send('POST', `/v1/waits/${wait}/answer`, { decision: 'approve' }, admin)
    expect(second.body).toMatchObject({ wait: { status: 'answered' }, run: { status: 'completed' } })
  })

  test('are listed soonest end first, page by page, by what is asked for', async () => {
    const { flow, run, wait } = await asked(calling)
    const { wait: later } = await asked()
    const list = async (query: string) => (await send('GET', `/v1/waits?${query}`)).body.data as JsonObject[]

    expect((await list(`flowId=${flow}`)).map(({ id }) => id)).toEqual([wait])
    expect((await list(`runId=${run}`)).map(({ id }) => id)).toEqual([wait])
    expect((await list('kind=client-tool')).every(({ kind }) => kind === 'client-tool')).toBe(true)
    const all: JsonObject[] = []
    for (let next: string | undefined = 'limit=2'; next; ) {
      const { body, headers } = await send('GET', `/v1/waits?${next}`)
      all.push(...body.data)
      next = /\?([^>]*)>/.exec(headers.link ?? '')?.[1]
    }
    const ends = all.map(({ expiresAt }) => String(expiresAt))
    expect(ends).toEqual([...ends].sort())
    expect(all.map(({ id }) => id)).toEqual(expect.arrayContaining([wait, later]))
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
  })

  test('mine=true leaves out what others must answer', async () => {
    const { flow, wait } = await asked({
      ...asking,
      nodes: {
        ...(asking.nodes as JsonObject),
        ask: {
          type: 'approval',
          params: { message: 'Go?', approvers: ['admin@acme.example'], onTimeout: 'fail' },
          next: { default: 'end' },
        },
      },
    })
    const mine = async (as: string) =>
      (await send('GET', `/v1/waits?mine=true&flowId=${flow}`, undefined, as)).body.data.map(
        ({ id }: { id: string }) => id,
      )

    expect(await mine(faces.acme.token.user)).toEqual([])
    expect(await mine(faces.acme.token.admin)).toEqual([wait])
  })

  test('closed ones are listed run by run', async () => {
    const { run, wait } = await asked()
    await send('POST', `/v1/waits/${wait}/answer`, { decision: 'approve' })

    const closed = await send('GET', `/v1/waits?runId=${run}&status=answered`)
    expect(closed.body.data).toMatchObject([{ id: wait, status: 'answered' }])
    const refused = await send('GET', '/v1/waits?status=answered')
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([400, '?runId'])
  })
})

describe('a run, whatever face it was started by', () => {
  test('is read with its open waits, and held until it has moved', async () => {
    const { run, wait } = await asked()
    const { body } = await send('GET', `/v1/runs/${run}`)
    expect(body).toMatchObject({
      id: run,
      status: 'waiting',
      trigger: { type: 'api' },
      waits: [{ id: wait }],
    })

    const moved = send('GET', `/v1/runs/${run}?wait=25&rev=${body.rev}`)
    await send('POST', `/v1/waits/${wait}/answer`, { decision: 'reject' })
    expect((await moved).body.rev).toBeGreaterThan(body.rev)
  })

  test('two questions at once are both shown', async () => {
    const flow = await faces.flow(askingTwice)
    const { body } = await faces.execute(flow)
    await faces.asked(body.appRunId, 2)
    const run = await send('GET', `/v1/runs/${body.appRunId}`)

    expect([run.body.openWaits, run.body.waits.length]).toEqual([2, 2])
  })
})

describe('events of a run', () => {
  interface Event {
    seq: number
    type: string
  }
  /** All of them, however many answers it takes. */
  const everything = async (run: string, query = '') => {
    const events: Event[] = []
    for (;;) {
      const after = events.at(-1)?.seq ?? 0
      const { body } = await send('GET', `/v1/runs/${run}/events?after=${after}&wait=25${query}`)
      events.push(...body.data)
      if (body.ended && (body.data.at(-1)?.seq === body.lastSeq || body.data.length === 0)) return events
    }
  }

  test('are numbered from 1 without a gap, and the last one ends the run', async () => {
    const { run, wait } = await asked()
    await send('POST', `/v1/waits/${wait}/answer`, { decision: 'approve' })
    const events = await everything(run)

    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
    expect(events[0]?.type).toBe('run.created')
    expect(events.at(-1)?.type).toBe('run.completed')
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['wait.opened', 'wait.answered', 'log']),
    )
  })

  test('are held back until there is one, and only the wanted types are given', async () => {
    const { run, wait } = await asked()
    const answered = send('GET', `/v1/runs/${run}/events?types=wait.answered,run.completed&wait=25`)
    await send('POST', `/v1/waits/${wait}/answer`, { decision: 'approve' })

    expect((await answered).body.data[0].type).toBe('wait.answered')
  })

  // Whoever misspelt a type was held back until the end of the run.
  test.each(['run.complete', 'wait.answered,', '*'])(
    'of a type that there is not are refused: %s',
    async (types) => {
      const { run } = await asked()
      const { status, body } = await send('GET', `/v1/runs/${run}/events?types=${types}`)

      expect([status, body.errors[0].pointer]).toEqual([400, '?types'])
      expect(body.errors[0].detail).toContain('run.completed')
    },
  )

  test('go out as server-sent events, go on where the browser was, and end with 204', async () => {
    const { run, wait } = await asked()
    await send('POST', `/v1/waits/${wait}/answer`, { decision: 'approve' })
    const last = (await everything(run)).at(-1)!.seq
    const stream = (id: number) =>
      faces.send('GET', `/v1/runs/${run}/events`, {
        as: faces.acme.token.user,
        headers: { accept: 'text/event-stream', 'last-event-id': String(id) },
      })
    const { status, text, headers } = await stream(last - 1)

    expect([status, headers['content-type']]).toEqual([200, 'text/event-stream'])
    expect(text).toMatch(new RegExp(`^retry: 500\n\nid: ${last}\nevent: run.completed\ndata: \\{.*\\}\n\n$`))
    expect((await stream(last)).status).toBe(204)
  })
})
