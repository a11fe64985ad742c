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
   * After how many days an object goes that nothing has taken away. Files and outputs of runs go with their records, which
   * may live as long as a run (a year) and its longest retention (3,650 days): this catches what a failure has left.
   */
  keptDays: { 'files/': 4100, 'runs/': 4100 },
} as const

/** Where each object lies. Everything of an organisation has it in the key. */
export const objectKeys = {
  /** `name` is what people called the file; only its harmless characters are in the key. */
  file: (org: string, file: string, name: string): string => `files/${org}/${file}/${safe(name)}`,
}

function safe(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]+/g, '_').slice(-100)
}
