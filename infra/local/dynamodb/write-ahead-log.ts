import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CannotStart } from '../data-folder.ts'

// The layout of LevelDB's log: blocks of 32 KB, in them fragments of checksum (4 bytes), length (2), type (1), content.
const blockBytes = 32 * 1024
const headerBytes = 7
const castagnoli = 0x82f63b78
const maskDelta = 0xa282ead8

/**
 * Checks the checksums of what LevelDB will replay when it opens a folder. On its own it would skip what is damaged,
 * and with it acknowledged writes; only a fragment that the end of the file cuts off is what a kill leaves behind.
 *
 * @throws {CannotStart} when a log is damaged.
 */
export function checkLogs(folder: string): void {
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder)) {
    if (!name.endsWith('.log')) continue
    const at = firstDamage(readFileSync(join(folder, name)))
    if (at === undefined) continue
    throw new CannotStart(
      `The database in ${folder} is damaged: ${name} does not hold at byte ${at} what was written there. Restore the folder from a copy, or move it away to start empty.`,
    )
  }
}

/** Where the first fragment lies whose checksum is wrong. */
function firstDamage(log: Buffer): number | undefined {
  let at = 0
  while (at + headerBytes <= log.length) {
    const left = blockBytes - (at % blockBytes)
    if (left < headerBytes) {
      at += left
      continue
    }
    const length = log.readUInt16LE(at + 4)
    const type = log[at + 6]!
    if (type === 0 && length === 0) {
      // Room that was reserved and never written: the rest of the block is empty.
      at += left
      continue
    }
    const end = at + headerBytes + length
    if (length > left - headerBytes) return at
    if (end > log.length) return undefined
    if (masked(crc32c(log, at + 6, end)) !== log.readUInt32LE(at)) return at
    at = end
  }
  return undefined
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ castagnoli : value >>> 1
  return value >>> 0
})

function crc32c(bytes: Buffer, start: number, end: number): number {
  let crc = 0xffffffff
  for (let at = start; at < end; at++) crc = table[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

/** LevelDB stores checksums turned round, because it checks data that holds checksums itself. */
function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + maskDelta) >>> 0
}
