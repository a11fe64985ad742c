import { type LinkedFile, storeLinkedFiles } from '../../core/linked-files.ts'
import { Fault, type Issue } from '../../faults.ts'
import type { SentFile } from '../../http/parts.ts'
import { pointerOf } from '../../pointer.ts'
import type { JsonObject, World } from '../../world.ts'
import { fileWish } from '../dashboard/file-object.ts'

/**
 * Stores the files that came with a filled-in page, and names them in what was filled in, as if the person knew their ids: so
 * they need not be chosen again if something else is wrong.
 *
 * @throws {Fault} as `storeLinkedFiles`; `validation_failed` for a file without bytes, or one whose name cannot be kept.
 */
export async function withFiles(
  world: World,
  token: string,
  filled: JsonObject,
  files: SentFile[],
): Promise<JsonObject> {
  const ids = await storeLinkedFiles(world, token, filled.nonce, files.map(readFile))
  return { ...filled, ...Object.fromEntries([...ids].map(([field, id]) => [`form.${field}`, id])) }
}

function readFile({ part, filename, contentType, bytes }: SentFile): LinkedFile {
  const field = part.replace(/^form\./, '')
  const wish = fileWish.safeParse({ filename, contentType, size: bytes.length }, { reportInput: true })
  if (wish.success) return { field, wish: wish.data, bytes }
  const issues = wish.error.issues.map(
    ({ path, code, message }): Issue => ({
      ...{ path: pointerOf(['form', field]), code },
      message: path[0] === 'size' ? `${field}: the file is empty` : `${field}: ${path.join('.')} ${message}`,
    }),
  )
  throw new Fault('validation_failed', 'A file cannot be taken', { issues })
}
