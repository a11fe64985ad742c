import { type DoorName, doors } from './doors.ts'
import { type Grant, grants } from './grants.ts'

const head = `# What each function may do

Every IAM statement of every function and why it is there, as \`npm run iam\` prints it from \`infra/grants.ts\`. Besides, each
may write its own log group and, except \`script\`, traces. A test holds that no function may do what its code does not do.
`

/** Every IAM statement per function, and why, as Markdown: `docs/iam.md`. */
export function iamDocument(): string {
  const parts = doors.map(({ door, calledBy }) => `## ${door}\n\nCalled by: ${calledBy}.\n\n${rowsOf(door)}`)
  return `${head}\n${parts.join('\n')}`
}

function rowsOf(door: DoorName): string {
  if (grants[door].length === 0) return 'Nothing.\n'
  const rows = grants[door].map(
    ({ on, actions, why }: Grant) =>
      `- ${on}: ${actions.map((action) => `\`${action}\``).join(' ')}. Why: ${why}`,
  )
  return [...rows, ''].join('\n')
}

if (import.meta.main) process.stdout.write(iamDocument())
