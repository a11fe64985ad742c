import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isoCBOR } from '@simplewebauthn/server/helpers'
import type { JsonObject } from '../../../shared/world.ts'

/** What an authenticator may do otherwise than it should. */
export interface Wrong {
  origin?: string
  rpId?: string
  challenge?: string
  type?: string
  /** Flags of the authenticator data. */
  flags?: number
  counter?: number
  userHandle?: string
}

const present = 0x01
const verified = 0x04
const attested = 0x40

/** A passkey in software: an ES256 key that signs what a browser would have it sign. */
export class Authenticator {
  readonly #origin: string
  readonly #key: KeyObject
  readonly #jwk: { x: string; y: string }
  readonly id = randomBytes(32)
  counter = 0

  constructor(origin: string) {
    this.#origin = origin
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    this.#key = privateKey
    this.#jwk = publicKey.export({ format: 'jwk' }) as { x: string; y: string }
  }

  /** What `navigator.credentials.create` gives, as JSON. */
  create(options: JsonObject, wrong: Wrong = {}): JsonObject {
    const { challenge, rp } = options as { challenge: string; rp: { id: string } }
    const client = this.#client('webauthn.create', challenge, wrong)
    const authData = Buffer.concat([
      this.#data(rp.id, { flags: present | verified | attested, ...wrong }),
      Buffer.alloc(16),
      Buffer.from([0, this.id.length]),
      this.id,
      isoCBOR.encode(this.#cose()),
    ])
    const attestation = new Map<string, unknown>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', new Uint8Array(authData)],
    ])
    return this.#credential({
      clientDataJSON: client.toString('base64url'),
      attestationObject: Buffer.from(isoCBOR.encode(attestation as never)).toString('base64url'),
      transports: ['internal'],
    })
  }

  /** What `navigator.credentials.get` gives, as JSON. */
  get(options: JsonObject, wrong: Wrong = {}): JsonObject {
    const { challenge, rpId } = options as { challenge: string; rpId: string }
    const client = this.#client('webauthn.get', challenge, wrong)
    this.counter += 1
    const authData = this.#data(rpId, { flags: present | verified, ...wrong })
    const signed = Buffer.concat([authData, createHash('sha256').update(client).digest()])
    return this.#credential({
      clientDataJSON: client.toString('base64url'),
      authenticatorData: authData.toString('base64url'),
      signature: sign('sha256', signed, this.#key).toString('base64url'),
      ...(wrong.userHandle === undefined ? {} : { userHandle: wrong.userHandle }),
    })
  }

  #client(type: string, challenge: string, wrong: Wrong): Buffer {
    const origin = this.#origin
    return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false, ...pick(wrong) }))
  }

  #data(rpId: string, { flags = present, counter = this.counter, rpId: other = rpId }: Wrong): Buffer {
    const count = Buffer.alloc(4)
    count.writeUInt32BE(counter)
    return Buffer.concat([createHash('sha256').update(other).digest(), Buffer.from([flags]), count])
  }

  #cose(): never {
    const { x, y } = this.#jwk
    return new Map<number, unknown>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, new Uint8Array(Buffer.from(x, 'base64url'))],
      [-3, new Uint8Array(Buffer.from(y, 'base64url'))],
    ]) as never
  }

  #credential(response: JsonObject): JsonObject {
    const id = this.id.toString('base64url')
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response }
  }
}

function pick({ origin, challenge, type }: Wrong): JsonObject {
  const members = Object.entries({ origin, challenge, type })
  return Object.fromEntries(members.filter((one): one is [string, string] => one[1] !== undefined))
}
