import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const command = join(import.meta.dirname, '../../infra/admin.ts')

/** What is told of a stage in an environment, without any file of the AWS CLI's. */
function told(env: Record<string, string>): string {
  const nowhere = { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' }
  const { stderr, status } = spawnSync(process.execPath, [command, 'list-organisations', '--stage', 'prod'], {
    encoding: 'utf8',
    env: { ...nowhere, AWS_EC2_METADATA_DISABLED: 'true', ...env },
  })
  expect(status).toBe(1)
  return stderr.trim()
}

// It said "Region is missing", and where the SDK has looked for credentials.
test('whoever speaks to a stage is told what his shell lacks', () => {
  expect(told({})).toBe(
    'In which region is the stage? Say it with AWS_REGION, or in the profile of AWS_PROFILE.',
  )
  expect(told({ AWS_REGION: 'eu-west-1' })).toMatch(
    /^There are no AWS credentials: set AWS_PROFILE, or sign in/,
  )
})
