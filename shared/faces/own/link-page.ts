import * as z from 'zod'
import { answerLinked, readLinked } from '../../core/linked-wait.ts'
import { Fault, isFault } from '../../faults.ts'
import type { SentFile } from '../../http/parts.ts'
import type { RawBody } from '../../http/raw-body.ts'
import { type Call, type Reply, route } from '../../http/route.ts'
import type { Json, JsonObject, World } from '../../world.ts'
import { formLimitBytes } from '../dashboard/file-object.ts'
import { answerIn } from '../pages/filled-form.ts'
import { linkPage, noLinkPage, refusedPage } from '../pages/link-page.ts'

const limitBytes = 64 * 1024
const formType = 'application/x-www-form-urlencoded'
/** Forms with files come in parts. */
const forms = /^(application\/x-www-form-urlencoded|multipart\/form-data)(;|$)/i

const byToken = {
  path: '/w/{token}',
  auth: 'open',
  scope: null,
  role: null,
  objects: { token: 'link-token' },
  params: z.strictObject({ token: z.string() }),
  // Whoever sends mail hangs something behind its links.
  query: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
} as const

/** Shows what a link asks. It changes nothing, whatever opens it: mail scanners open every link. */
export const show = route({
  face: 'own',
  method: 'GET',
  ...byToken,
  summary: 'Show the question of a link, or what has become of it',
  replyTypes: ['text/html'],
  reply: { 200: z.string(), 404: z.string(), 410: z.string() },
  faults: [],
  async answer(world, { params }) {
    return await shown(world, params.token)
  },
})

/** Answers by a link: from its page, or as JSON with the page's nonce (conventions.md §9). */
export const decide = route({
  face: 'own',
  method: 'POST',
  ...byToken,
  summary: 'Answer the question of a link, from its own page',
  body: z.custom<RawBody>(),
  raw: true,
  alsoTakes: [formType],
  takesFile: formLimitBytes,
  replyTypes: ['text/html'],
  reply: {
    303: z.undefined(),
    400: z.string(),
    403: z.string(),
    404: z.string(),
    409: z.string(),
    410: z.string(),
    413: z.string(),
    422: z.string(),
    429: z.string(),
  },
  faults: ['conflict', 'wait_already_answered', 'wait_expired', 'run_finished', 'concurrency_limit'],
  async answer(world, call) {
    const isForm = forms.test(call.header('content-type') ?? '')
    try {
      checkOrigin(call.header('sec-fetch-site'))
      const sent = await call.body.form()
      const fileBytes = sent.files.reduce((sum, { bytes }) => sum + bytes.length, 0)
      if (call.body.bytes.length - fileBytes > limitBytes)
        throw new Fault('payload_too_large', 'An answer has at most 64 KiB', { limitBytes })
      const fields = readFields(sent.fields)
      return isForm ? await fromPage(world, call, fields, sent.files) : await fromJson(world, call, fields)
    } catch (error) {
      if (isForm && isFault(error) && error.status < 500) return refusedPage(error)
      throw error
    }
  },
})

type Posted = Call<{ token: string }, unknown, RawBody>

/** Browsers say where a request comes from: no other site may send an answer. */
function checkOrigin(site: string | undefined): void {
  if (site === undefined || site === 'same-origin') return
  throw new Fault('forbidden', 'An answer is sent from the page of its link')
}

function readFields(sent: Json): JsonObject {
  const read = sent ?? {}
  if (typeof read === 'object' && !Array.isArray(read)) return read
  throw new Fault('invalid_request', 'The body must be a JSON object')
}

async function fromJson(world: World, { params }: Posted, sent: JsonObject): Promise<Reply> {
  const { nonce, ...answer } = sent
  const { replayed } = await answerLinked(world, params.token, nonce, answer)
  return { status: 303, location: `/w/${params.token}`, replayed }
}

/** A person is told on the page itself why an answer was not taken; what was filled in stays. */
async function fromPage(
  world: World,
  { params: { token } }: Posted,
  sent: JsonObject,
  files: SentFile[],
): Promise<Reply> {
  let filled = sent
  try {
    if (files.some(isChosen)) {
      const { withFiles } = await import('../pages/sent-files.ts')
      filled = await withFiles(world, token, sent, files.filter(isChosen))
    }
    const { wait } = await readLinked(world, token)
    const answer = answerIn(filled, wait)
    const { replayed } = await answerLinked(world, token, filled.nonce, answer)
    return { status: 303, location: `/w/${token}`, replayed }
  } catch (error) {
    if (!isFault(error) || error.status >= 500) throw error
    if (error.code === 'not_found') return noLinkPage()
    return linkPage(await readLinked(world, token), { filled, fault: error })
  }
}

/** Browsers send a part for a field of which no file was chosen. */
function isChosen({ filename, bytes }: SentFile): boolean {
  return filename !== '' || bytes.length > 0
}

async function shown(world: World, token: string): Promise<Reply> {
  try {
    return linkPage(await readLinked(world, token))
  } catch (error) {
    if (isFault(error, 'not_found')) return noLinkPage()
    throw error
  }
}
