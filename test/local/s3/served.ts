import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { S3Client } from '@aws-sdk/client-s3'
import { s3Parts } from '../../../infra/local/s3/in-process.ts'
import { type LocalS3, openS3, type S3Options, s3Path } from '../../../infra/local/s3/open.ts'
import { serveS3 } from '../../../infra/local/s3/serve.ts'
import { type FakeClock, fakeClock } from '../../fake-clock.ts'
import { type KeptLog, keptLog } from '../kept-log.ts'

export const bucket = 'test-files'
export const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'a secret of this start' }

/** The object store of a temporary folder, served on a port. */
export interface ServedS3 {
  s3: LocalS3
  dir: string
  clock: FakeClock
  log: KeptLog
  url: string
  /** Calls within the process. */
  near: S3Client
  /** Calls over the network, signed. */
  far: S3Client
  close(): Promise<void>
}

/** Serves an object store on a free port. */
export async function listenS3(s3: () => LocalS3): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => void serveS3(s3(), request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export async function openServedS3(options: Partial<S3Options> = {}): Promise<ServedS3> {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'sluice-s3-'))
  // Near the machine's: the SDK sets its own by the answers it gets.
  const clock = fakeClock(Math.floor(Date.now() / 1000) * 1000)
  const log = keptLog()
  const s3 = openS3({ dir, clock, log, buckets: [bucket], credentials, ...options })
  const { url, close } = await listenS3(() => s3)
  const usual = { region: 'us-east-1', forcePathStyle: true, maxAttempts: 1 }
  const asked = {
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  } as const
  return {
    ...{ s3, dir, clock, log, url },
    near: new S3Client({ ...usual, ...asked, ...s3Parts(s3, url) }),
    far: new S3Client({
      ...usual,
      ...asked,
      credentials,
      endpoint: url + s3Path,
    }),
    async close() {
      await close()
      s3.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
