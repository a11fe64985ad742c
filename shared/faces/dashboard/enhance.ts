import * as z from 'zod'
import { enhance as enhanceAlone } from '../../core/enhance.ts'
import { enhanceDraft } from '../../core/enhance-draft.ts'
import { route } from '../../http/route.ts'
import { byId, definition, jsonObject, noParams, prose } from '../shapes.ts'
import { problemShape } from './field-shape.ts'

const wish = prose(8000).refine((text) => text.trim() !== '', 'must not be empty')

const made = {
  definition: jsonObject,
  notes: z.array(z.string()),
  problems: z.array(problemShape),
  usage: z.strictObject({ inputTokens: z.int(), outputTokens: z.int() }),
}

/** Seed 001: a model writes or changes a definition; nothing is stored (dashboard.md §6). */
export const enhance = route({
  face: 'dashboard',
  method: 'POST',
  path: '/v1/flow/enhance',
  summary: 'Let a model write or change a definition',
  auth: 'bearer',
  scope: 'flows:write',
  role: 'user',
  objects: {},
  params: noParams,
  query: z.object({}),
  body: z.object({ prompt: wish, definition: definition.optional() }),
  reply: { 200: z.strictObject(made) },
  faults: ['enhance_unavailable', 'rate_limited'],
  async answer(world, { principal, body }) {
    // It belongs to no flow: one that calls itself cannot be meant.
    const { prompt, definition } = body
    return { body: await enhanceAlone(world, { orgId: principal.orgId, flowId: '' }, { prompt, definition }) }
  },
})

/** Seed 001: a model changes a flow's draft, and with `apply` the result becomes it. */
export const enhanceFlow = route({
  face: 'dashboard',
  method: 'POST',
  path: '/v1/flow/{id}/enhance',
  summary: 'Let a model change the draft',
  auth: 'bearer',
  scope: 'flows:write',
  role: 'user',
  objects: { id: 'flow' },
  params: byId,
  query: z.object({}),
  body: z
    .object({
      instructions: wish.optional(),
      prompt: wish.optional(),
      apply: z.boolean().optional(),
      revision: z.int().positive().optional(),
    })
    .refine(
      ({ instructions, prompt }) => (instructions === undefined) !== (prompt === undefined),
      'give either instructions or prompt',
    ),
  guarded: true,
  reply: { 200: z.strictObject({ ...made, applied: z.boolean(), revision: z.int() }) },
  faults: ['enhance_unavailable', 'rate_limited', 'conflict', 'etag_mismatch'],
  async answer(world, { principal, params, body, guard }) {
    const { instructions, prompt = instructions ?? '', apply = false, revision } = body
    const seen = { ...guard, ...(revision === undefined ? {} : { revision }) }
    return { body: await enhanceDraft(world, principal, params.id, { prompt, apply }, seen) }
  },
})
