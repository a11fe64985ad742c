import type { JsonObject, World } from '../../world.ts'
import { stateOf } from '../known-to-step.ts'
import { returnUrlsOf } from '../return-urls.ts'
import type { WaitView } from '../run-view.ts'

/** What a redirect's answer must bring back, if the step asks for it. */
export async function stateFor(world: World, { id, question }: WaitView): Promise<string | null> {
  const { requiredParams } = question
  return Array.isArray(requiredParams) && requiredParams.includes('state') ? await stateOf(world, id) : null
}

/** Where the end of a flow sends the person, if it names an address that the organisation has registered. */
export async function lastAddress(world: World, orgId: string, data: JsonObject): Promise<string | null> {
  const { redirectURL: address } = data
  if (typeof address !== 'string' || !/^https?:\/\//.test(address)) return null
  return (await returnUrlsOf(world, orgId)).includes(address) ? address : null
}
