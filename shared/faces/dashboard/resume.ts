import * as z from 'zod'
import { route } from '../../http/route.ts'
import type { JsonObject } from '../../world.ts'
import { answerBody } from '../answer-body.ts'
import { byId } from '../shapes.ts'
import { envelopedReply, runReply } from './run-answer.ts'
import { hidesFrom } from './waiting.ts'

/** Seed 001: answers the question that a waiting run has asked. */
export const resume = route({
  face: 'dashboard',
  method: 'POST',
  path: '/v1/flowrun/resume/{id}',
  summary: 'Answer the question that a waiting run has asked',
  auth: 'bearer',
  scope: 'runs:resume',
  role: 'user',
  resumeToken: 'id',
  objects: { id: 'run' },
  params: byId,
  query: z.object({}),
  body: answerBody,
  waits: 25,
  reply: envelopedReply,
  faults: ['conflict', 'wait_already_answered', 'wait_expired', 'run_finished'],
  async answer(world, { principal, params, body, waitSeconds }) {
    const order = { runId: params.id, answer: body as unknown as JsonObject }
    // Read from disk by the first answer: the steps, the engine and the keys that it needs are a third of this function.
    const { answerWait } = await import('../../core/answers.ts')
    const { run, replayed } = await answerWait(world, principal, order, waitSeconds)
    return runReply(run, { enveloped: true, replayed, hides: hidesFrom(principal) })
  },
})
