import type { Call, Endpoint, Reply } from '../infra/local/endpoint.ts'

/** What a connection has been sent. */
export interface ListedConnection {
  texts: string[]
  /** Closed by a call. */
  closed: boolean
}

/** The gateway's `@connections` without sockets: a test says who is there, and how it fails. */
export interface ConnectionList extends Endpoint {
  readonly open: Map<string, ListedConnection>
  /** Makes a connection known. */
  connect(id: string): ListedConnection
  /** Called before each call; may name a refusal and its status. */
  before: (call: { method: string; id: string; text: string }) => { type: string; status: number } | undefined
}

export function openConnectionList(): ConnectionList {
  const open = new Map<string, ListedConnection>()
  const list: ConnectionList = {
    service: 'APIGATEWAYMANAGEMENTAPI',
    open,
    before: () => undefined,
    connect(id) {
      const listed = { texts: [], closed: false }
      open.set(id, listed)
      return listed
    },
    async handle({ rest, body }: Call): Promise<Reply> {
      const id = decodeURIComponent(rest?.path.split('/').at(-1) ?? '')
      const method = rest?.method ?? ''
      const refused = list.before({ method, id, text: body })
      if (refused) return refusal(refused)
      const listed = open.get(id)
      if (listed === undefined || listed.closed) return refusal({ type: 'GoneException', status: 410 })
      if (method === 'POST') listed.texts.push(body)
      if (method === 'DELETE') listed.closed = true
      return { status: method === 'DELETE' ? 204 : 200, headers: {}, body: '' }
    },
  }
  return list
}

function refusal({ type, status }: { type: string; status: number }): Reply {
  return { status, headers: { 'x-amzn-errortype': type }, body: JSON.stringify({ message: type }) }
}
