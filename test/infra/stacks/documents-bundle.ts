import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { routes } from '../../../shared/faces/index.ts'
import type { Stacks } from './open-stacks.ts'

/** The bundle of the function that serves the documents, by itself. */
export function documentsBundle(stacks: () => Stacks): void {
  // A fresh process in a fresh place, without the repository's node_modules around it.
  test('has the page, its renderer and the whole document in its folder', () => {
    const code = `
      const { handler } = await import(${JSON.stringify(stacks().bundles.get('own')!.file)})
      const told = []
      for (const rawPath of ['/docs', '/docs/renderer.js', '/docs/renderer.css', '/openapi.json']) {
        const requestContext = { http: { method: 'GET', sourceIp: '203.0.113.7' } }
        const event = { rawPath, rawQueryString: '', headers: {}, isBase64Encoded: false, requestContext }
        const context = { awsRequestId: 'aws-1', getRemainingTimeInMillis: () => 29_000 }
        const { statusCode, headers, body } = await handler(event, context)
        told.push([statusCode, headers['content-type'], body.length > 500])
        if (rawPath === '/openapi.json') told.push(Object.values(JSON.parse(body).paths).flatMap(Object.keys).length)
      }
      console.log(JSON.stringify(told))
      process.exit()`
    const names = ['STAGE', 'TABLE', 'MACHINE_ROLE_ARN', 'MACHINE_LOG_GROUP_ARN', 'BUCKET', 'KEY_ID']
    const env = [...names, 'SIGNING_SECRET', 'SEALING_SECRET'].map((name) => [`SLUICE_${name}`, 'any'])
    const told = execFileSync(process.execPath, ['--input-type=module', '-e', code], {
      encoding: 'utf8',
      cwd: stacks().folder,
      env: {
        ...Object.fromEntries(env),
        SLUICE_BASE_URL: 'https://api.example.com',
        AWS_REGION: 'eu-west-1',
      },
    })

    expect(JSON.parse(told)).toEqual([
      [200, 'text/html; charset=utf-8', true],
      [200, 'text/javascript; charset=utf-8', true],
      [200, 'text/css; charset=utf-8', true],
      [200, 'application/json', true],
      routes.length,
    ])
  })
}
