import { call } from './account/call.ts'
import { startAccount } from './account/child.ts'
import { waitFree } from './bench/flows.ts'
import { load } from './bench/load.ts'

const account = await startAccount({ prof: true } as never)
const ends = { url: account.url, key: account.demo.apiKey }
const made = await call<{ _id: string }>(ends, 'POST', '/v1/flow', { definition: waitFree })
await call(ends, 'POST', `/v1/flow/${made.body._id}/publish`, {})
const url = `${account.url}/v1/client/flow/${made.body._id}/execute`
const headers = { authorization: `Bearer ${ends.key}` }
const body = { employees: 250, budget: 40000 }
console.log(await load({ url, connections: 16, seconds: 3, body, headers }))
console.log(await load({ url, connections: 1, seconds: 3, body, headers }))
console.log(await load({ url, connections: 16, seconds: 6, body, headers }), account.rssMegabytes())
await account.stop()
