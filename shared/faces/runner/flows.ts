import * as z from 'zod'
import { etagOf } from '../../core/flow-guard.ts'
import type { FlowPosition } from '../../core/flow-list.ts'
import { deleteFlow, listFlows, readFlow } from '../../core/flows.ts'
import { saveAndPublish } from '../../core/publish.ts'
import { startRun } from '../../core/start-run.ts'
import { readVersion } from '../../core/versions.ts'
import { Fault } from '../../faults.ts'
import { route } from '../../http/route.ts'
import { byId, definition, inputs, label, notBoth, prose, tags, versionQuery } from '../shapes.ts'
import { executionObject } from './execution-object.ts'
import { runnerFlow } from './flow-object.ts'
import { listQuery, listReply } from './pages.ts'

const anyObject = z.record(z.string(), z.unknown())
const none = z.strictObject({})
const content = {
  description: prose(2000).optional(),
  definition: definition.optional(),
  // Older clients of this family call it content.
  content: definition.optional(),
  tags: tags(50).optional(),
}

function textOf({ definition: text, content: older }: { definition?: unknown; content?: unknown }) {
  if (text !== undefined && older !== undefined && JSON.stringify(text) !== JSON.stringify(older))
    throw new Fault('invalid_request', 'definition and content differ', {
      issues: [{ path: '/content', code: 'not_allowed', message: 'Send definition or content, not both' }],
    })
  return (text ?? older) as z.output<typeof definition> | undefined
}

/** Seed 003: flows as YAML, published as they are saved (headless-runner-executions.md 1.4). */
export const list = route({
  face: 'runner',
  method: 'GET',
  path: '/api/v1/flows',
  summary: 'List flows',
  auth: 'bearer',
  scope: 'flows:read',
  role: 'viewer',
  objects: {},
  params: none,
  query: z.strictObject({ ...listQuery, tag: z.string().min(1, 'Tag must not be empty').optional() }),
  reply: { 200: anyObject },
  faults: [],
  async answer(world, { principal, query, cursor }) {
    const { limit = 10, offset = 0, cursor: from, tag } = query
    notBoth(['offset', query.offset], ['cursor', from])
    const after = from === undefined ? undefined : await cursor.open<FlowPosition>(from)
    const found = await listFlows(world, principal.orgId, { tag, limit, offset, after, count: true })
    return listReply('flows', {
      items: found.flows.map((flow) => runnerFlow(flow)),
      total: found.total ?? 0,
      totalCapped: found.totalCapped,
      limit,
      offset,
      cursor: found.next ? await cursor.seal(found.next) : null,
    })
  },
})

export const create = route({
  face: 'runner',
  method: 'POST',
  path: '/api/v1/flows',
  summary: 'Make a flow and publish it',
  auth: 'bearer',
  scope: 'flows:write',
  role: 'user',
  objects: {},
  params: none,
  query: none,
  body: z.strictObject({ ...content, name: label(200) }),
  reply: { 201: anyObject },
  faults: ['validation_failed', 'unavailable'],
  async answer(world, { principal, body }) {
    const text = textOf(body)
    if (text === undefined)
      throw new Fault('invalid_request', 'definition is required', {
        issues: [{ path: '/definition', code: 'required', message: 'definition is required' }],
      })
    const { name, description, tags: given } = body
    const { flow } = await saveAndPublish(world, principal, {
      name,
      description,
      tags: given,
      definition: text,
    })
    return { status: 201, location: `/api/v1/flows/${flow.id}`, etag: etagOf(flow), body: runnerFlow(flow) }
  },
})

export const read = route({
  face: 'runner',
  method: 'GET',
  path: '/api/v1/flows/{id}',
  summary: 'Read a flow with its definition',
  auth: 'bearer',
  scope: 'flows:read',
  role: 'viewer',
  objects: { id: 'flow' },
  params: byId,
  query: none,
  reply: { 200: anyObject },
  faults: ['not_found'],
  async answer(world, { principal, params }) {
    const flow = await readFlow(world, principal.orgId, params.id)
    // Made on another face and never published: then its draft.
    const { written } =
      flow.latestVersion === null
        ? flow
        : await readVersion(world, principal.orgId, params.id, flow.latestVersion)
    return {
      body: runnerFlow(flow, written.text),
      etag: etagOf(flow),
    }
  },
})

export const change = route({
  face: 'runner',
  method: 'PUT',
  path: '/api/v1/flows/{id}',
  summary: 'Change a flow; a changed definition is published',
  auth: 'bearer',
  scope: 'flows:write',
  role: 'user',
  objects: { id: 'flow' },
  params: byId,
  query: none,
  body: z
    .strictObject({
      ...content,
      name: label(200).optional(),
      // An object just read can be sent back changed.
      id: z.unknown().optional(),
      version: z.unknown().optional(),
      created_at: z.unknown().optional(),
      updated_at: z.unknown().optional(),
    })
    .refine(
      ({ name, description, definition: text, content: older, tags: given }) =>
        [name, description, text, older, given].some((member) => member !== undefined),
      'at least one of name, description, definition and tags is required',
    ),
  guarded: true,
  reply: { 200: anyObject },
  faults: ['not_found', 'etag_mismatch', 'conflict', 'validation_failed', 'unavailable'],
  async answer(world, { principal, params, body, guard }) {
    const { name, description, tags: given } = body
    const change_ = { name, description, tags: given, definition: textOf(body) }
    const { flow } = await saveAndPublish(world, principal, { flowId: params.id, guard, ...change_ })
    return { body: runnerFlow(flow), etag: etagOf(flow) }
  },
})

export const remove = route({
  face: 'runner',
  method: 'DELETE',
  path: '/api/v1/flows/{id}',
  summary: 'Delete a flow; open runs go on to their end',
  auth: 'bearer',
  scope: 'flows:write',
  role: 'user',
  objects: { id: 'flow' },
  params: byId,
  query: none,
  guarded: true,
  reply: { 200: z.object({ message: z.string() }) },
  faults: ['not_found', 'etag_mismatch'],
  async answer(world, { principal, params, guard }) {
    await deleteFlow(world, principal, params.id, { guard })
    return { body: { message: 'Flow deleted successfully' } }
  },
})

export const run = route({
  face: 'runner',
  method: 'POST',
  path: '/api/v1/flows/{id}/run',
  summary: 'Run a flow',
  auth: 'bearer',
  scope: 'runs:start',
  role: 'user',
  objects: { id: 'flow' },
  params: byId,
  query: z.strictObject({ version: versionQuery.optional() }),
  body: z.strictObject({ input: inputs.optional(), inputs: inputs.optional() }),
  waits: 0,
  startsRun: true,
  reply: { 201: anyObject },
  faults: ['not_found', 'version_not_published', 'validation_failed', 'concurrency_limit'],
  async answer(world, { principal, params, query, body, waitSeconds, idempotency }) {
    const { run: started, replayed } = await startRun(world, principal, {
      flowId: params.id,
      version: query.version ?? 'latest',
      inputs: body.input ?? body.inputs ?? {},
      trigger: { type: 'runner' },
      waitSeconds,
      ...(idempotency ? { idempotency } : {}),
    })
    const { id, flow_id, status, input: _, started_at, ...more } = executionObject(started)
    return {
      status: 201,
      location: `/api/v1/executions/${started.id}`,
      run: { id: started.id, status: started.status, version: started.version },
      replayed,
      body: { execution_id: id, flow_id, status, created_at: started_at, ...(waitSeconds > 0 ? more : {}) },
    }
  },
})
