import type { JsonObject } from '../../../shared/world.ts'
import type { Answer, Sent } from '../../http/caller.ts'
import { type Faces, openFaces } from '../open-faces.ts'

/** Every face, and what a client of journeys does. */
export interface Journeys extends Faces {
  post(body: unknown, sent?: Sent): Promise<Answer>
  /** Starts REGISTRATION, or what is named. */
  begin(flowType?: string): Promise<Answer>
  /** Answers a step. */
  answer(flowId: string, actionId: string | undefined, inputs: JsonObject, sent?: Sent): Promise<Answer>
  /** Publishes a flow and lets it answer its flowType, whatever did before. */
  answers(definition: JsonObject, flowType?: string): Promise<string>
}

export const path = '/api/server/v1/flow/execute'

export async function openJourneys(options: Parameters<typeof openFaces>[0] = {}): Promise<Journeys> {
  const faces = await openFaces(options)
  const post = (body: unknown, sent: Sent = {}) => faces.send('POST', path, { body, ...sent })
  return {
    ...faces,
    post,
    begin: (flowType = 'REGISTRATION') => post({ flowType }),
    answer: (flowId, actionId, inputs, sent) =>
      post({ flowId, ...(actionId === undefined ? {} : { actionId }), inputs }, sent),
    async answers(definition, flowType = 'REGISTRATION') {
      const flow = await faces.flow(definition)
      const as = faces.acme.token.user
      const { body } = await faces.send('GET', '/v1/journeys', { as })
      const { revision } = body.data.find((one: JsonObject) => one.flowType === flowType)
      const bound = await faces.send('PUT', `/v1/journeys/${flowType}`, {
        as,
        body: { flowId: flow, enabled: true },
        headers: { 'if-match': `"r${revision}"` },
      })
      if (bound.status !== 200) throw new Error(bound.text)
      return flow
    },
  }
}
