/** The one bucket as data: the CDK app and the local account both build it from here (aws.md 4.3). */
export const bucketShape = {
  /**
   * Which pages may speak to it. A signed URL is itself the right to do what it says, and forms of shared flows stand on
   * anybody's pages.
   */
  cors: {
    origins: ['*'],
    methods: ['GET', 'HEAD', 'PUT'],
    headers: ['*'],
    exposed: ['ETag', 'Content-Length', 'Content-Range'],
    maxAgeSeconds: 7200,
  },
  /**
   * After how many days an object goes that nothing has taken away. Files go with their record, which may live as long as the
   * longest retention of a run (3,650 days): this catches what a failure has left.
   */
  keptDays: { 'files/': 3700, 'runs/': 400 },
} as const

/** Where each object lies. Everything of an organisation has it in the key. */
export const objectKeys = {
  /** `name` is what people called the file; only its harmless characters are in the key. */
  file: (org: string, file: string, name: string): string => `files/${org}/${file}/${safe(name)}`,
}

function safe(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]+/g, '_').slice(-100)
}
