import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, Stack } from 'aws-cdk-lib'
import * as lambda from 'aws-cdk-lib/aws-lambda'
import * as s3 from 'aws-cdk-lib/aws-s3'
import { afterAll, expect, test } from 'vitest'
import { checkedBy } from '../../infra/app.ts'

const outdir = mkdtempSync(join(tmpdir(), 'sluice-nag-'))
afterAll(() => rmSync(outdir, { recursive: true, force: true }))

const { context } = JSON.parse(readFileSync(join(import.meta.dirname, '../../cdk.json'), 'utf8'))

/** Plants resources in a throw-away stack under the same checks as ours, and gives what synthesis reports. */
function reported(name: string, plant: (stack: Stack) => void): string {
  const app = new App({ context, outdir: join(outdir, name) })
  checkedBy(app)
  plant(new Stack(app, 'planted'))
  expect(() => app.synth()).toThrow(/validation/i)
  return readFileSync(join(outdir, name, 'validation-report.json'), 'utf8')
}

test('a bucket that may be read without TLS stops the synthesis', () => {
  expect(reported('bucket', (stack) => new s3.Bucket(stack, 'Open'))).toContain('AwsSolutions-S10')
})

test('a function without tracing stops the synthesis', () => {
  const plant = (stack: Stack) =>
    new lambda.Function(stack, 'Plain', {
      runtime: lambda.Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: lambda.Code.fromInline('exports.handler = () => {}'),
    })

  expect(reported('function', plant)).toContain('Serverless-LambdaTracing')
})
