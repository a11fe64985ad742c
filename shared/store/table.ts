import { hash } from 'node:crypto'

/** The one table as data: the CDK app and the local account both build it from here (aws.md 3.2). */
export const tableShape = {
  partitionKey: 'pk',
  sortKey: 'sk',
  ttl: 'ttl',
  indexes: [
    {
      name: 'gsi1',
      partitionKey: 'gsi1pk',
      sortKey: 'gsi1sk',
      // What lists of flows, runs, accounts and organisations show; AWS takes at most 20 names. `summary` is JSON text
      // for what a list shows besides.
      projected: [
        'id',
        'flowId',
        'name',
        'email',
        'role',
        'status',
        'version',
        'label',
        'trigger',
        'error',
        'openWaits',
        'startedAt',
        'finishedAt',
        'createdAt',
        'updatedAt',
        'latestVersion',
        'revision',
        'tags',
        'triggers',
        'summary',
      ],
    },
    { name: 'gsi2', partitionKey: 'gsi2pk', sortKey: 'gsi2sk', projected: [] },
    {
      name: 'gsi3',
      partitionKey: 'gsi3pk',
      sortKey: 'gsi3sk',
      // What lists of one flow's runs show.
      projected: [
        'id',
        'flowId',
        'status',
        'version',
        'label',
        'trigger',
        'error',
        'openWaits',
        'startedAt',
        'finishedAt',
        'updatedAt',
        'progressAt',
        'reruns',
        'headId',
        'currentRunId',
        'summary',
      ],
    },
  ],
} as const

/** How many partitions each day of a run list and each platform list is spread over. */
export const listShards = 4

/**
 * How many partitions the open runs and waits of everybody are spread over: a run with one wait writes them eight times, so
 * that over four of them 500 such runs a second would be too many (`npm run scale`).
 */
export const openShards = 16

/** The shard of an id: the same for the life of the item. */
export function shardOf(id: string, shards = listShards): number {
  return hash('sha256', id, 'buffer').readUInt32BE(0) % shards
}

/** sha256 of a capability as hex; the plain text is never stored. */
export function digest(text: string): string {
  return hash('sha256', text)
}

/** Version numbers sort as text. */
export function versionKey(version: number): string {
  return String(version).padStart(8, '0')
}

interface Key {
  pk: string
  sk: string
}

/** What DynamoDB takes as keys, in bytes: a longer one is refused, not looked for. */
const longestKey = { pk: 2048, sk: 1024 }

/** False for a key that no item can have, e.g. one made of an id that somebody has typed. */
export function isPossible({ pk, sk }: Key): boolean {
  return Buffer.byteLength(pk) <= longestKey.pk && Buffer.byteLength(sk) <= longestKey.sk
}

/**
 * Where each record lies. Every tenant item has its organisation in the key; only pointers, keyed by a digest or a
 * name, do not.
 */
export const keys = {
  organisation: (org: string): Key => ({ pk: `ORG#${org}`, sk: 'META' }),
  /** How many runs were open when the sweep last counted them. */
  openRunCount: (org: string): Key => ({ pk: `ORG#${org}`, sk: 'OPENRUNS' }),
  account: (org: string, account: string): Key => ({ pk: `ORG#${org}`, sk: `USER#${account}` }),
  nameLock: (name: string): Key => ({ pk: `UNIQ#${name.normalize('NFC').toLowerCase()}`, sk: 'UNIQ' }),
  slugLock: (slug: string): Key => ({ pk: `UNIQ#org:${slug}`, sk: 'UNIQ' }),
  /** Says whose an outside issuer of tokens is. */
  issuerLock: (sha256: string): Key => ({ pk: `UNIQ#issuer:${sha256}`, sk: 'UNIQ' }),
  session: (org: string, session: string): Key => ({ pk: `ORG#${org}`, sk: `SESS#${session}` }),
  apiKey: (org: string, key: string): Key => ({ pk: `ORG#${org}`, sk: `KEY#${key}` }),
  apiKeyPointer: (sha256: string): Key => ({ pk: `KEYHASH#${sha256}`, sk: 'META' }),
  secret: (org: string, owner: string, key: string): Key => ({
    pk: `ORG#${org}`,
    sk: `SECRET#${owner}#${key}`,
  }),
  flow: (org: string, flow: string): Key => ({ pk: `ORG#${org}#FLOW#${flow}`, sk: 'META' }),
  draft: (org: string, flow: string): Key => ({ pk: `ORG#${org}#FLOW#${flow}`, sk: 'DRAFT' }),
  version: (org: string, flow: string, version: number): Key => ({
    pk: `ORG#${org}#FLOW#${flow}`,
    sk: `VER#${versionKey(version)}`,
  }),
  machine: (org: string, flow: string, name: string): Key => ({
    pk: `ORG#${org}#FLOW#${flow}`,
    sk: `ASL#${name}`,
  }),
  machineUse: (org: string, flow: string, name: string, version: number): Key => ({
    pk: `ORG#${org}#FLOW#${flow}`,
    sk: `REF#${name}#${versionKey(version)}`,
  }),
  schedule: (org: string, flow: string, name: string): Key => ({
    pk: `ORG#${org}#FLOW#${flow}`,
    sk: `SCHED#${name}`,
  }),
  /** One of the flow's own lines. */
  flowLine: (org: string, flow: string, id: string): Key => ({
    pk: `ORG#${org}#FLOW#${flow}`,
    sk: `LINE#${id}`,
  }),
  share: (org: string, flow: string, share: string): Key => ({
    pk: `ORG#${org}#FLOW#${flow}`,
    sk: `SHARE#${share}`,
  }),
  sharePointer: (sha256: string): Key => ({ pk: `SHARE#${sha256}`, sk: 'META' }),
  resumePointer: (sha256: string): Key => ({ pk: `CAP#${sha256}`, sk: 'META' }),
  /** An end user, who is no account. */
  user: (org: string, user: string): Key => ({ pk: `ORG#${org}#ENDUSER#${user}`, sk: 'META' }),
  userEmail: (org: string, sha256: string): Key => ({ pk: `ORG#${org}#ENDUSERMAIL#${sha256}`, sk: 'UNIQ' }),
  passkey: (org: string, user: string, sha256: string): Key => ({
    pk: `ORG#${org}#ENDUSER#${user}`,
    sk: `PASSKEY#${sha256}`,
  }),
  /** Says whose a passkey is. */
  passkeyPointer: (org: string, sha256: string): Key => ({
    pk: `ORG#${org}#PASSKEYID#${sha256}`,
    sk: 'META',
  }),
  /** A one-time code by the digest of purpose and receiver. */
  code: (org: string, of: string): Key => ({ pk: `ORG#${org}#CODE#${of}`, sk: 'META' }),
  ticket: (sha256: string): Key => ({ pk: `FLOWTICKET#${sha256}`, sk: 'META' }),
  /** Says which run a journey's flowId opens. */
  journey: (sha256: string): Key => ({ pk: `CAP#${sha256}`, sk: 'JOURNEY' }),
  journeyBinding: (org: string, flowType: string): Key => ({ pk: `ORG#${org}`, sk: `JOURNEY#${flowType}` }),
  /** Says which organisation paths without one mean. */
  defaultOrganisation: (): Key => ({ pk: 'UNIQ#default-organisation', sk: 'UNIQ' }),
  /** Says whose the webhook trigger of a flow is; the digest is of flow and webhook id. */
  webhookTrigger: (sha256: string): Key => ({ pk: `HOOKIN#${sha256}`, sk: 'META' }),
  webhookEndpoint: (org: string, endpoint: string): Key => ({ pk: `ORG#${org}`, sk: `HOOK#${endpoint}` }),
  /** `delivery` = a ULID. */
  webhookDelivery: (org: string, endpoint: string, delivery: string): Key => ({
    pk: `ORG#${org}#HOOK#${endpoint}`,
    sk: `DELIV#${delivery}`,
  }),
  run: (org: string, run: string): Key => ({ pk: `ORG#${org}#RUN#${run}`, sk: 'META' }),
  runInput: (org: string, run: string): Key => ({ pk: `ORG#${org}#RUN#${run}`, sk: 'INPUT' }),
  step: (org: string, run: string, stepKey: string): Key => ({
    pk: `ORG#${org}#RUN#${run}`,
    sk: `STEP#${stepKey}`,
  }),
  wait: (org: string, run: string, stepKey: string): Key => ({
    pk: `ORG#${org}#RUN#${run}`,
    sk: `WAIT#${stepKey}`,
  }),
  /** Says where the wait with an id lies. */
  waitPointer: (org: string, wait: string): Key => ({ pk: `ORG#${org}#WAITID#${wait}`, sk: 'META' }),
  /** A link to a wait of the run. */
  link: (org: string, run: string, wait: string, link: string): Key => ({
    pk: `ORG#${org}#RUN#${run}`,
    sk: `LINK#${wait}#${link}`,
  }),
  linkPointer: (sha256: string): Key => ({ pk: `LINK#${sha256}`, sk: 'META' }),
  /** Beside the events of a run that somebody watches; sorts after all of them. */
  watch: (org: string, run: string): Key => ({ pk: `ORG#${org}#RUN#${run}`, sk: 'EVT#watched' }),
  connection: (org: string, run: string, id: string): Key => ({
    pk: `ORG#${org}#RUN#${run}`,
    sk: `WS#${id}`,
  }),
  connectionPointer: (id: string): Key => ({ pk: `WSCONN#${id}`, sk: 'META' }),
  /** The connections of an organisation by who opened them: `by` = account, `SESS#` or `KEY#`, its id. */
  connectionBy: (org: string, by: string, id: string): Key => ({
    pk: `ORG#${org}#SOCKETS`,
    sk: `${by}#${id}`,
  }),
  socketTicket: (sha256: string): Key => ({ pk: `TICKET#${sha256}`, sk: 'META' }),
  event: (org: string, run: string, seq: number): Key => ({
    pk: `ORG#${org}#RUN#${run}`,
    sk: `EVT#${String(seq).padStart(10, '0')}`,
  }),
  child: (org: string, run: string, child: string): Key => ({
    pk: `ORG#${org}#RUN#${run}`,
    sk: `CHILD#${child}`,
  }),
  file: (org: string, file: string): Key => ({ pk: `ORG#${org}#FILE#${file}`, sk: 'META' }),
  /** Says that a run uses a file. */
  runFile: (org: string, run: string, file: string): Key => ({
    pk: `ORG#${org}#RUN#${run}`,
    sk: `FILE#${file}`,
  }),
  /** `key` = flow and digest of the concurrency key; `n` from 1. */
  slot: (org: string, key: string, n: number): Key => ({
    pk: `ORG#${org}#SLOT#${key}`,
    sk: `SLOT#${String(n).padStart(4, '0')}`,
  }),
  heldRun: (org: string, key: string, createdAt: string, run: string): Key => ({
    pk: `ORG#${org}#SLOT#${key}`,
    sk: `HELD#${createdAt}#${run}`,
  }),
  request: (org: string, id: string): Key => ({ pk: `ORG#${org}#IDEM#${id}`, sk: 'REQ' }),
  rate: (scope: string, minute: string): Key => ({ pk: `RATE#${scope}`, sk: minute }),
  audit: (org: string, month: string, ulid: string): Key => ({ pk: `ORG#${org}#AUDIT#${month}`, sk: ulid }),
}

/** Partitions of the indexes. */
export const indexKeys = {
  organisations: () => 'ORGS',
  accounts: (org: string) => `ORG#${org}#USERS`,
  flows: (org: string) => `ORG#${org}#FLOWS`,
  /** `day` = `yyyymmdd`. */
  runs: (org: string, day: string, shard: number) => `ORG#${org}#RUNS#${day}#${shard}`,
  flowRuns: (org: string, flow: string, day: string, shard: number) =>
    `ORG#${org}#FLOW#${flow}#RUNS#${day}#${shard}`,
  /** Lines of a flow's log: events of its runs, and its own. */
  flowLines: (org: string, flow: string, day: string, shard: number) =>
    `ORG#${org}#FLOW#${flow}#LINES#${day}#${shard}`,
  files: (org: string) => `ORG#${org}#FILES`,
  flowFiles: (org: string, flow: string) => `ORG#${org}#FLOW#${flow}#FILES`,
  waits: (org: string) => `ORG#${org}#WAITS`,
  /** Open runs and waits by the moment they are to be looked at; read by `swept` alone. */
  open: (shard: number) => `OPEN#${shard}`,
  /** Connections whose credential runs out while they are open; read by `swept` alone. */
  sockets: (shard: number) => `SOCKETEND#${shard}`,
  /** Every schedule; read by `swept` alone. */
  schedules: (shard: number) => `SCHED#${shard}`,
  /** Deliveries of webhooks by the moment of their next try; read by `due` alone. */
  webhooksDue: (shard: number) => `HOOKDUE#${shard}`,
  /** Machines that no version needs; read by `swept` alone. */
  garbage: (shard: number) => `GC#${shard}`,
}
