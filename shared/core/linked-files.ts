import { Fault, type Issue } from '../faults.ts'
import { pointerOf } from '../pointer.ts'
import type { Json, JsonObject, World } from '../world.ts'
import { type FileWish, storeFile } from './files.ts'
import { openAnswerable } from './linked-wait.ts'
import { limitRate } from './rate-limit.ts'
import { answering } from './refusal.ts'

/** A file that came from the page of a link. */
export interface LinkedFile {
  /** Which field of the form it is for. */
  field: string
  wish: FileWish
  bytes: Uint8Array
}

/** Files a minute by one link. */
const mostFiles = 20

/**
 * Stores files that the answer by a link is to name; the answer of nobody else but a member of the organisation can.
 *
 * @returns their ids by field.
 * @throws {Fault} as `answerLinked` before it reads an answer; `validation_failed` for a field that takes no file; `rate_limited`.
 */
export async function storeLinkedFiles(
  world: World,
  token: string,
  nonce: unknown,
  files: LinkedFile[],
): Promise<Map<string, string>> {
  return await answering(world, async () => {
    const { link, wait } = await openAnswerable(world, token, nonce)
    const { form } = JSON.parse(wait.question) as JsonObject
    const issues = files.filter(({ field }) => !takesFile(form, field)).map(stranger)
    if (issues.length > 0) throw new Fault('validation_failed', 'The form has no such fields', { issues })
    const ids = new Map<string, string>()
    for (const { field, wish, bytes } of files) {
      await limitRate(world, `link-file#${link.id}`, mostFiles)
      const uploader = { orgId: link.orgId, actor: `link:${link.id}` }
      ids.set(field, (await storeFile(world, uploader, wish, bytes)).fileId)
    }
    return ids
  })
}

function takesFile(form: Json | undefined, field: string): boolean {
  const fields = (Array.isArray(form) ? form : []) as { name?: Json; type?: Json }[]
  return fields.some(({ name, type }) => name === field && type === 'file')
}

function stranger({ field }: LinkedFile): Issue {
  const path = pointerOf(['form', field])
  return { path, code: 'unrecognized_keys', message: `There is no file field ${field}` }
}
