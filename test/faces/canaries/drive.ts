import { randomBytes } from 'node:crypto'
import { admit } from '../../../shared/core/sockets.ts'
import type { JsonObject, OutboundRequest } from '../../../shared/world.ts'
import type { Send } from '../../http/caller.ts'
import { type Journeys, path as journeyPath, openJourneys } from '../journeys/open-journeys.ts'
import { askEverything } from './ask-everything.ts'
import { openCrm } from './crm.ts'
import { asked, echoed, failed, hooked, large, signUp } from './flows.ts'
import { type Sunk, sunkIn } from './sinks.ts'

/** A value that must stay secret. */
export interface Canary {
  name: string
  value: string
  /** Where it is meant to stand. */
  isMeantFor(sunk: Sunk): boolean
}

/** All that came of the canaries. */
export interface Drive {
  canaries: Canary[]
  sunk: Sunk[]
  /** What each run came to. */
  statuses: Record<string, string>
  /** Bodies and headers that steps have sent. */
  crmCalls: OutboundRequest[]
  /** GET routes that were not asked. */
  unasked: string[]
  close(): Promise<void>
}

const nowhere = () => false
/** A value with all that escaping changes. */
const fresh = (place: string) => `cnry_${place}+/"<&>!'(~)_${randomBytes(16).toString('hex')}`
/** A reply of one of these routes. */
const repliedBy =
  (...routes: string[]) =>
  ({ sink, at }: Sunk) =>
    sink === 'reply' && routes.includes(at)

/** The canaries that have been planted, and what was told meanwhile. */
class Planting {
  readonly canaries: Canary[] = []
  readonly replies: Sunk[] = []
  readonly runs: Record<string, string> = {}
  readonly flows: string[] = []
  file = ''

  readonly faces: Journeys

  constructor(faces: Journeys) {
    this.faces = faces
  }

  plant(
    name: string,
    value = fresh(name.replaceAll(' ', '-')),
    isMeantFor: Canary['isMeantFor'] = nowhere,
  ): string {
    this.canaries.push({ name, value, isMeantFor })
    return value
  }

  /** Sends, and keeps the answer: status line, headers and body. */
  send: Send = async (method, path, sent) => {
    const answer = await this.faces.send(method, path, sent)
    const at = `${method} ${path.replace(/\/[0-9a-f-]{36}|\?.*/g, '')}`
    this.replies.push({ sink: 'reply', at, text: JSON.stringify([answer.headers, answer.text, answer.body]) })
    return answer
  }

  as(role: 'admin' | 'user' | 'viewer') {
    return { as: this.faces.acme.token[role] }
  }

  async flow(definition: JsonObject): Promise<string> {
    const made = await this.send('POST', '/v1/flow', { ...this.as('user'), body: { definition } })
    const published = await this.send('POST', `/v1/flow/${made.body._id}/publish`, this.as('user'))
    if (published.status !== 201) throw new Error(published.text)
    this.flows.push(made.body._id)
    return made.body._id
  }
}

/** Plants every canary, drives runs with them and asks for everything that can be shown of them. */
export async function drive(): Promise<Drive> {
  const crm = openCrm()
  const planting = new Planting(await openJourneys({ outbound: crm.outbound }))
  const { faces } = planting
  await keepSecrets(planting)
  await openAccounts(planting)
  await makeEndpoint(planting)
  await call(planting)
  await storeFile(planting)
  await ask(planting)
  await signUpBy(planting)
  const statuses = await ends(planting)
  await watch(planting)
  const unasked = await askEverything(planting.send, faces, planting)
  for (const event of faces.events) if ('token' in event) plantTask(planting, event.token)
  const told = crm.calls.filter(({ url }) => url.startsWith('https://hooks.'))
  const calls = told.map((one): Sunk => ({ sink: 'call', at: one.url, text: JSON.stringify(one) }))
  return {
    canaries: planting.canaries,
    sunk: [...planting.replies, ...calls, ...(await sunkIn(faces))],
    statuses,
    crmCalls: crm.calls,
    unasked,
    close: faces.close,
  }
}

/** The engine has its own tokens, and hands them to whoever asks for it. */
function plantTask(planting: Planting, token: string): void {
  planting.plant('task token', token, ({ sink }) => sink === 'event' || sink === 'execution')
}

async function keepSecrets(planting: Planting): Promise<void> {
  const keep = async (owner: string, key: string, value: string, role: 'admin' | 'user') =>
    await planting.send('POST', `/api/v1/accounts/${owner}/secrets`, {
      ...planting.as(role),
      body: { key, value },
      headers: { 'idempotency-key': key },
    })
  const { orgId } = planting.faces.acme
  await keep(orgId, 'ORG_KEY', planting.plant('secret of the organisation'), 'admin')
  await keep('me', 'OWN_KEY', planting.plant('secret of an account'), 'user')
  await keep(orgId, 'HOOK', planting.plant('secret of a webhook trigger'), 'admin')
}

async function openAccounts(planting: Planting): Promise<void> {
  const admin = planting.as('admin')
  const account = {
    name: 'Cleo',
    email: 'cleo@acme.example',
    password: planting.plant('password of an account'),
  }
  await planting.send('POST', '/api/v1/accounts', {
    ...admin,
    body: account,
    headers: { 'idempotency-key': 'cleo' },
  })
  const guessed = planting.plant('guessed password of an account')
  await planting.send('POST', '/api/v1/auth/login', { body: { username: account.email, password: guessed } })
  const login = { username: account.email, password: account.password }
  const { body: first } = await planting.send('POST', '/api/v1/auth/login', { body: login })
  planting.plant('access token', first.token, repliedBy('POST /api/v1/auth/login'))
  const { body: next } = await planting.send('POST', '/api/v1/auth/refresh', { as: first.token })
  planting.plant('refreshed token', next.token, repliedBy('POST /api/v1/auth/refresh'))
  const made = await planting.send('POST', '/v1/api-keys', {
    as: next.token,
    body: { name: 'Reads', scopes: ['runs:read', 'flows:read'] },
    headers: { 'idempotency-key': 'key' },
  })
  const key = planting.plant('API key', made.body.key, repliedBy('POST /v1/api-keys'))
  await planting.send('GET', '/v1/flow', { as: key })
  await planting.send('POST', '/v1/flow', { as: key, body: { name: 'Not with this key' } })
}

async function makeEndpoint(planting: Planting): Promise<void> {
  const user = planting.as('user')
  const body = { url: 'https://hooks.example.com/deliveries', events: ['*'] }
  const headers = { 'idempotency-key': 'endpoint', 'if-match': '*' }
  const made = await planting.send('POST', '/v1/webhook-endpoints', { ...user, body, headers })
  const secretOf = (text: string) => text.slice('whsec_'.length)
  planting.plant(
    'signing secret of a webhook endpoint',
    secretOf(made.body.secret),
    repliedBy('POST /v1/webhook-endpoints'),
  )
  const path = `/v1/webhook-endpoints/${made.body.id}/rotate-secret`
  const rotated = await planting.send('POST', path, { ...user, headers: { 'if-match': '*' } })
  planting.plant(
    'rotated signing secret',
    secretOf(rotated.body.secret),
    repliedBy('POST /v1/webhook-endpoints/rotate-secret'),
  )
}

async function call(planting: Planting): Promise<void> {
  const execute = async (name: string, definition: JsonObject) => {
    const flow = await planting.flow(definition)
    const path = `/v1/client/flow/${flow}/execute?wait=20`
    const { headers } = await planting.send('POST', path, { ...planting.as('user'), body: {} })
    planting.runs[name] = headers['sluice-run-id']!
  }
  for (const path of ['echo', 'throws', 'breaks']) await execute(path, echoed(`/${path}`))
  await execute('large', large)
  await execute('fails, caught', echoed('/fails'))
  await execute('fails', failed('/fails'))
  await execute('throws, uncaught', failed('/throws'))
  const flow = await planting.flow(hooked)
  const tell = (token: string) =>
    planting.send('POST', `/v1/flow/${flow}/webhook/crm`, {
      body: { told: token },
      headers: { 'x-token': token },
    })
  const secret = planting.canaries.find(({ name }) => name === 'secret of a webhook trigger')!.value
  await tell(planting.plant('guessed secret of a webhook trigger'))
  planting.runs.hooked = (await tell(secret)).body.appRunId
}

/** Nothing of it is secret: its record is one of those that are shown. */
async function storeFile(planting: Planting): Promise<void> {
  const body = { filename: 'claim.pdf', contentType: 'application/pdf', size: 5 }
  planting.file = (await planting.send('POST', '/v1/flow/file', { ...planting.as('user'), body })).body.fileId
}

async function ask(planting: Planting): Promise<void> {
  const { send, plant } = { send: planting.send, plant: planting.plant.bind(planting) }
  const user = planting.as('user')
  const flow = await planting.flow(asked)
  const path = `/v1/flow/execute/${flow}?wait=20`
  const pin = plant('password input')
  await send('POST', path, { ...user, body: { inputs: { pin: [plant('guessed password input')] } } })
  const run = async (
    name: string,
    sending: Promise<{ headers: Record<string, string>; body: JsonObject }>,
  ) => {
    const { headers } = await sending
    planting.runs[name] = headers['sluice-run-id']!
    const { body } = await send('GET', `/v1/waits?runId=${planting.runs[name]}`, user)
    return body.data[0].id as string
  }
  const wait = await run('asked', send('POST', path, { ...user, body: { inputs: { pin, name: 'Ann' } } }))
  const answer = { decision: 'approve', form: { other: plant('password answered by the API') } }
  await send('POST', `/v1/waits/${wait}/answer`, {
    ...user,
    body: { ...answer, form: { other: [answer.form.other] } },
  })
  await send('POST', `/v1/waits/${wait}/answer`, {
    ...user,
    body: answer,
    headers: { 'idempotency-key': 'answer' },
  })

  const shared = await send('POST', `/v1/flow/${flow}/share`, { ...user, body: { allowApproval: true } })
  const token = plant('share token', shared.body.token, repliedBy('POST /v1/flow/share'))
  const started = await send('POST', `/v1/flow/share/execute/${token}?wait=20`, { body: { pin } })
  plant(
    'resume token',
    started.body.resumeToken,
    ({ sink, at }) => sink === 'reply' && at.includes('/share/execute/'),
  )
  planting.runs.shared = started.body.appRunId
  const { body: open } = await send('GET', `/v1/waits?runId=${planting.runs.shared}`, user)
  await send('POST', `/v1/waits/${open.data[0].id}/answer`, { ...user, body: answer })
  await answerByLink(
    planting,
    await run('linked', send('POST', path, { ...user, body: { inputs: { pin } } })),
  )
}

async function answerByLink(planting: Planting, wait: string): Promise<void> {
  const made = await planting.send('POST', `/v1/waits/${wait}/links`, { ...planting.as('user'), body: {} })
  const token = made.body.url.split('/w/')[1] as string
  planting.plant(
    'link token',
    token,
    repliedBy('POST /v1/waits/links', `GET /w/${token}`, `POST /w/${token}`),
  )
  const { text } = await planting.send('GET', `/w/${token}`)
  const nonce = /name="nonce" value="([^"]*)"/.exec(text)?.[1] ?? ''
  const other = planting.plant('password answered by a link')
  await planting.send('POST', `/w/${token}`, {
    body: String(new URLSearchParams({ nonce, decision: 'approve', 'form.other': other })),
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
  })
  await planting.send('GET', `/w/${token}`)
}

async function signUpBy(planting: Planting): Promise<void> {
  const { faces } = planting
  planting.flows.push(await faces.answers(signUp))
  const post = (body: JsonObject) =>
    planting.send('POST', journeyPath, { body, headers: { 'idempotency-key': 'k' } })
  const { flowId } = (await post({ flowType: 'REGISTRATION' })).body
  planting.plant('flowId', flowId, ({ sink, at }) => sink === 'reply' && at === `POST ${journeyPath}`)
  const email = 'sasha@example.com'
  const inputs = (password: string) => ({ email, password, maiden })
  const maiden = planting.plant('sensitive field')
  const go = async (given: JsonObject) =>
    await planting.send('POST', journeyPath, { body: { flowId, actionId: 'submit', inputs: given } })
  await go({ ...inputs(planting.plant('refused password of a user')), email: 'none' })
  await go(inputs(planting.plant('password of a user')))
  const [mail] = faces.mail.list(1)
  const code = planting.plant(
    'one-time code',
    /\d{10}/.exec(mail?.text ?? '')?.[0],
    ({ sink, at }) => sink === 'mail' && at === email,
  )
  await go({
    code: planting.plant(
      'guessed one-time code',
      code.replace(/^./, (digit) => String((Number(digit) + 1) % 10)),
    ),
  })
  const done = await go({ code })
  planting.plant('reset ticket', done.body.data.resetTicket, repliedBy(`POST ${journeyPath}`))
  const { body } = await planting.send('GET', `/v1/flowrun/${planting.flows.at(-1)}`, planting.as('user'))
  planting.runs.signUp = body.data[0]._id ?? body.data[0].appRunId
}

async function ends({ runs, faces }: Planting): Promise<Record<string, string>> {
  const statuses: Record<string, string> = {}
  for (const [name, id] of Object.entries(runs)) {
    for (let rev = 0; ; ) {
      const path = `/v1/runs/${id}?wait=10&rev=${rev}`
      const { body } = await faces.send('GET', path, { as: faces.acme.token.user })
      statuses[name] = body.status
      if (body.finishedAt !== null || body.rev === rev) break
      rev = body.rev
    }
  }
  return statuses
}

/** Everybody who watches gets all from the beginning. */
async function watch(planting: Planting): Promise<void> {
  const { faces, runs } = planting
  for (const [name, run] of Object.entries(runs)) {
    const { body } = await planting.send('POST', '/v1/socket-tickets', {
      ...planting.as('user'),
      body: { runId: run },
    })
    if (name === 'echo') planting.plant('socket ticket', body.ticket, repliedBy('POST /v1/socket-tickets'))
    await admit(faces.world, {
      connectionId: `${name}=`,
      headers: { 'sec-websocket-protocol': `sluice, bearer.${body.ticket}` },
      query: { execution_id: [run], after: ['0'] },
    })
    const watcher = faces.connections.connect(`${name}=`)
    for (let n = 0; n < 500 && !watcher.closed; n++) await faces.world.clock.sleep(10)
    if (!watcher.closed) throw new Error(`The watcher of ${name} is still told of its run`)
  }
}
