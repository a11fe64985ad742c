import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { signingKey } from '../core/platform-keys.ts'
import { Fault } from '../faults.ts'
import type { World } from '../world.ts'
import type { Cursors } from './route.ts'

/** Read from disk by the first cursor: most requests have none. */
const jose = () => import('jose')

const lifeMs = 24 * 3_600_000

/**
 * Cursors of one list: sealed, and bound to organisation, route and filters by an HMAC (conventions.md §5).
 *
 * @param of organisation, route and filters.
 */
export function cursorsOf(world: World, of: readonly string[]): Cursors {
  const bound = JSON.stringify(of)
  return {
    async seal(position) {
      const { sealing, signing } = await keysOf(world)
      const plain = JSON.stringify({ position, until: world.clock.now() + lifeMs })
      const { CompactEncrypt } = await jose()
      const sealed = await new CompactEncrypt(new TextEncoder().encode(plain))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .encrypt(sealing)
      const text = Buffer.from(sealed).toString('base64url')
      return `c1.${text}.${mac(signing, bound, text).toString('base64url')}`
    },
    async open<T>(text: string) {
      const { sealing, signing } = await keysOf(world)
      const [, sealed = '', tag = ''] = /^c1\.([\w-]{1,4096})\.([\w-]{43})$/.exec(text) ?? []
      if (sealed === '' || !timingSafeEqual(mac(signing, bound, sealed), Buffer.from(tag, 'base64url')))
        throw refused()
      const jwe = Buffer.from(sealed, 'base64url').toString()
      const { compactDecrypt } = await jose()
      const { plaintext } = await compactDecrypt(jwe, sealing, {
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
      })
      const { position, until } = JSON.parse(new TextDecoder().decode(plaintext)) as {
        position: T
        until: number
      }
      if (until < world.clock.now()) throw refused()
      return position
    },
  }
}

/** The query without what only says which page: a cursor holds for the same filters. */
export function filtersOf(query: string): string {
  const filters = new URLSearchParams(query)
  for (const name of ['cursor', 'limit', 'page', 'offset', 'total']) filters.delete(name)
  filters.sort()
  return filters.toString()
}

function mac(key: Uint8Array, bound: string, text: string): Buffer {
  return createHmac('sha256', key).update(`${bound}\n${text}`).digest()
}

async function keysOf(world: World): Promise<{ sealing: Uint8Array; signing: Uint8Array }> {
  const secret = await signingKey(world)
  const derive = (purpose: string) =>
    new Uint8Array(hkdfSync('sha256', secret, '', `sluice cursor ${purpose}`, 32))
  return { sealing: derive('seal'), signing: derive('sign') }
}

function refused(): Fault {
  return new Fault('invalid_request', 'The cursor is not of this list, or older than 24 hours', {
    issues: [
      {
        path: '?cursor',
        code: 'bad_cursor',
        message: 'take the cursor of the page before, with the same filters',
      },
    ],
  })
}
