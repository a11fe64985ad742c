import * as z from 'zod'
import { etagOf } from '../../core/flow-guard.ts'
import type { Imported } from '../../core/import-flow.ts'
import { route } from '../../http/route.ts'
import type { JsonObject } from '../../world.ts'
import { noParams } from '../shapes.ts'
import { problemShape } from './field-shape.ts'
import { flowEntry, flowEntryShape, flowObject, flowShape } from './flow-object.ts'

const warningShape = z.strictObject({
  code: z.enum([
    'missing_secret',
    'missing_flow',
    'missing_user',
    'masked_value',
    'feature_off',
    'unregistered_return_url',
  ]),
  message: z.string(),
  path: z.string(),
})

const rest = { warnings: z.array(warningShape), problems: z.array(problemShape) }

/** Seed 001: an export, or a bare definition, becomes new flows (dashboard.md §7). */
export const importRoute = route({
  face: 'dashboard',
  method: 'POST',
  path: '/v1/flow/import',
  summary: 'Make new flows of an export or a definition',
  auth: 'bearer',
  scope: 'flows:write',
  role: 'user',
  objects: {},
  params: noParams,
  query: z.object({}),
  // The core tells the forms apart; what is JSON has been read already.
  body: z.union([z.string(), z.record(z.string(), z.unknown())]),
  alsoTakes: ['application/yaml', 'text/yaml'],
  reply: {
    200: z.strictObject({
      flow: flowShape.omit({ _id: true }),
      flows: z.array(flowEntryShape.omit({ _id: true })),
      ...rest,
    }),
    201: z.strictObject({ flow: flowShape, flows: z.array(flowEntryShape), ...rest }),
  },
  faults: [],
  async answer(world, { principal, body }) {
    const { importFlow } = await import('../../core/import-flow.ts')
    const made = await importFlow(world, principal, body as string | JsonObject)
    if (!made.isStored) return { body: withoutIds(shown(made)) }
    const { flow } = made
    return { status: 201, location: `/v1/flow/${flow.id}`, etag: etagOf(flow), body: shown(made) }
  },
})

function shown({ flow, flows, warnings, problems }: Imported) {
  return { flow: flowObject(flow), flows: flows.map(flowEntry), warnings, problems }
}

/** What was not stored has no id. */
function withoutIds({ flow, flows, ...others }: ReturnType<typeof shown>) {
  const { _id, ...first } = flow
  return { flow: first, flows: flows.map(({ _id: __, ...entry }) => entry), ...others }
}
