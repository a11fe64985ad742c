import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import type { SignUrl } from '../world.ts'

// With the client: in the doors' own chunks they would draw what they import of the SDK's core into every entry.
// biome-ignore lint/performance/noBarrelFile: it is the one door to a package that is bundled by itself (infra/bundle.ts)
export {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'

/** In a file of its own, so that it is read from disk when it is needed; what signs URLs needs the client whole. */
export function makeS3Client(config: S3ClientConfig): { client: S3Client; signUrl: SignUrl } {
  const client = new S3Client({
    ...config,
    // Else a signed URL would carry the checksum of an empty body, and uploads by it would fail (aws.md, trap 8).
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  return {
    client,
    signUrl: (command, { seconds, at, headers = [] }) =>
      getSignedUrl(client, command, {
        expiresIn: seconds,
        signingDate: new Date(at),
        // Left in the headers and signed, where the signer would move them into the address or leave them out.
        signableHeaders: new Set(['host', ...headers]),
        unhoistableHeaders: new Set(headers),
      }),
  }
}
