import type { JsonObject } from '../../../shared/world.ts'
import { type FakeModel, modelSettings } from '../../fake-model.ts'
import { type Faces, openFaces } from '../open-faces.ts'

/** Every face, before a model that a test scripts. */
export async function openAgentFaces(model: FakeModel): Promise<Faces> {
  return await openFaces({ outbound: (request) => model.outbound(request), env: modelSettings })
}

/** Lets a model forget what it was asked, and what others were. */
export function forget({ asked, sent, others }: FakeModel): void {
  for (const kept of [asked, sent, others]) kept.length = 0
}

/** A tool that pauses the run. */
export const weather = {
  type: 'client',
  name: 'weather',
  description: 'Tells the weather of a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}

/** A flow of an agent, and of the steps that a test adds. */
export function agentFlow(params: JsonObject, more: JsonObject = {}, nodes: JsonObject = {}) {
  return {
    metadata: { name: 'Agent' },
    triggers: [{ type: 'api' }],
    nodes: {
      help: { type: 'agent', name: 'Help', params: { prompt: '{{inputs.question}}', ...params }, ...more },
      ...nodes,
    },
  }
}

/** What apps do with a run that asks for a tool. */
export function agentCalls(faces: () => Faces) {
  const as = () => faces().acme.token.user

  const resume = (run: string, toolResult: JsonObject) =>
    faces().send('POST', `/v1/flowrun/resume/${run}`, { as: as(), body: { toolResult } })

  const stepsOf = async (run: string) =>
    (await faces().send('GET', `/v1/flowrun/steps/${run}`, { as: as() })).body.steps

  return { resume, stepsOf }
}
