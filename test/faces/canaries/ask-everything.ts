import type { Send } from '../../http/caller.ts'
import { callRoute, everyRoute, type Filling, nameOf } from '../every-route.ts'
import type { Faces } from '../open-faces.ts'

/** Calls each GET route for each flow and run, and what else tells of them; names the routes that it could not fill in. */
export async function askEverything(
  send: Send,
  { acme }: Faces,
  { flows, runs, file }: { flows: string[]; runs: Record<string, string>; file: string },
): Promise<string[]> {
  const as = acme.token.admin
  const list = async (path: string) => (await send('GET', path, { as })).body.data as { id: string }[]
  const [endpoint] = await list('/v1/webhook-endpoints')
  const waits: Record<string, string> = {}
  for (const run of Object.values(runs))
    for (const { id } of await list(`/v1/waits?status=answered&runId=${run}`)) waits[run] = id
  const reading = everyRoute
    .map(([, route]) => route)
    .filter(({ method, path }) => method === 'GET' && !/\{token\}/.test(path))
  const asked = new Set<string>()
  const some = { flow: flows[0]!, run: Object.values(runs)[0]! }
  const ids = ({ flow, run }: typeof some): Filling => ({
    ...{ flow, run, execution: run, wait: waits[run] ?? Object.values(waits)[0]! },
    ...{ organisation: acme.orgId, version: '1', account: acme.account.user.id, problem: 'conflict' },
    ...{ 'webhook-endpoint': endpoint!.id, delivery: '', link: '', share: '', file, webhook: 'crm' },
    ...{ 'api-key': '', secret: '', 'link-token': '', 'share-token': '', 'flow-type': 'REGISTRATION' },
  })
  for (const route of reading) {
    const kinds = Object.values(route.objects)
    const of = kinds.includes('flow')
      ? flows.map((flow) => ({ ...some, flow }))
      : kinds.some((kind) => ['run', 'execution', 'wait'].includes(kind))
        ? Object.values(runs).map((run) => ({ ...some, run }))
        : [some]
    for (const one of of)
      if ((await callRoute(send, route, ids(one), as)).status < 300) asked.add(nameOf(route))
  }
  for (const flow of flows) {
    await send('GET', `/v1/flow/${flow}/export?format=yaml`, { as })
    await send('POST', `/v1/flow/${flow}/clone`, { as, body: {} })
    await send('GET', `/api/flow-executions?flow_id=${flow}`, { as })
  }
  for (const run of Object.values(runs)) {
    await send('GET', `/v1/runs/${run}/events`, { as, headers: { accept: 'text/event-stream' } })
    const { body } = await send('GET', `/v1/flowrun/steps/${run}`, { as })
    for (const { key } of body.steps as { key?: string }[])
      if (key) await send('GET', `/v1/flowrun/steps/${run}?key=${encodeURIComponent(key)}`, { as })
  }
  return reading.map(nameOf).filter((name) => !asked.has(name))
}
