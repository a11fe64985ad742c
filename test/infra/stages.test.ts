import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { areBundled } from '../../infra/bundle.ts'
import { explain } from '../../infra/destroy.ts'
import { doors } from '../../infra/doors.ts'
import { CannotDeploy, checkNames, choices, chooseStage, type StageChoice } from '../../infra/stages.ts'

const certificateArn = 'arn:aws:acm:us-east-1:111122223333:certificate/0b9e'
const webAclArn = 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/mine/0b9e'

describe('what a deployment may choose', () => {
  test('is nothing at all', () => {
    expect(chooseStage({})).toMatchObject({
      name: 'dev',
      protected: false,
      logRetentionDays: 30,
      syncSeconds: 25,
    })
    expect(chooseStage({ stage: 'prod' })).toMatchObject({ protected: true, logRetentionDays: 180 })
  })

  test('is a name that only looks like that of this machine', () => {
    expect(['locale', 'mylocal', 'loc'].map((stage) => chooseStage({ stage }).name)).toEqual([
      'locale',
      'mylocal',
      'loc',
    ])
  })

  test('is each part', () => {
    const chosen = chooseStage({
      ...{ stage: 'eu', domainName: 'flows.example.com', certificateArn, waf: 'true' },
      ...{ logRetentionDays: '90', syncSeconds: '10', defaultOrganisation: 'acme' },
      ...{ corsOrigins: 'https://a.example.com, https://b.example.com', alarmEmail: 'ops@example.com' },
    })

    expect(chosen).toMatchObject({
      domain: { name: 'flows.example.com', certificateArn },
      firewall: { requestsPer5Minutes: 6000 },
      corsOrigins: ['https://a.example.com', 'https://b.example.com'],
      ...{ logRetentionDays: 90, syncSeconds: 10, defaultOrganisation: 'acme' },
    })
    expect(chooseStage({ webAclArn }).firewall).toEqual({ webAclArn })
    expect(chooseStage({ waf: 'false' }).firewall).toBeUndefined()
  })

  // README says that choices may be kept in cdk.json: what JSON has for them was refused, or not even understood.
  test('may be said as JSON says it', () => {
    const corsOrigins = ['https://a.example.com', 'https://b.example.com']
    const chosen = chooseStage({ waf: true, logRetentionDays: 90, syncSeconds: 0, corsOrigins })

    expect(chosen).toMatchObject({
      ...{ firewall: { requestsPer5Minutes: 6000 }, logRetentionDays: 90, syncSeconds: 0, corsOrigins },
    })
    expect(chooseStage({ waf: false }).firewall).toBeUndefined()
  })

  test('is a name that every object knows', () => {
    expect(chooseStage({ stage: 'constructor' })).toMatchObject({ name: 'constructor', logRetentionDays: 30 })
  })

  const refused: [StageChoice, RegExp][] = [
    [{ stage: 'Prod' }, /must be 1-12 of a-z/],
    [{ stage: 'local' }, /^The stage may not be called "local": "local" is what runs on this machine/],
    [{ stage: 'dev-eu' }, /must be 1-12 of a-z and 0-9/],
    [{ alarmEmail: 'ops' }, /alarmEmail "ops" must be a plain e-mail address/],
    [{ mailFrom: 'Sluice <a@b>' }, /mailFrom/],
    [{ llmModel: 'small' }, /llmBaseUrl is not/],
    [{ domainName: 'flows.example.com' }, /go together/],
    [{ domainName: 'https://flows.example.com', certificateArn }, /host name/],
    [
      { domainName: 'flows.example.com', certificateArn: certificateArn.replace('us-east-1', 'eu-west-1') },
      /us-east-1/,
    ],
    [{ waf: 'yes' }, /must be true or false/],
    [{ waf: 'yes', webAclArn }, /must be true or false/],
    [{ waf: 'true', webAclArn }, /say one of the two/],
    [{ llmBaseUrl: 'models.example.com' }, /must be an address such as https:/],
    [{ llmBaseUrl: 'https://me:secret@models.example.com' }, /without user name/],
    [{ syncSeconds: '' }, /^syncSeconds is empty: leave it out/],
    [{ syncSeconds: '1e1' }, /must be a whole number/],
    [{ alarmEmail: { to: 'ops@example.com' } }, /alarmEmail must be a text/],
    [{ webAclArn: webAclArn.replace('global', 'regional') }, /for CloudFront/],
    [{ logRetentionDays: '31' }, /none that CloudWatch knows/],
    [{ syncSeconds: '26' }, /from 0 to 25/],
    [{ corsOrigins: 'https://a.example.com/' }, /must be an origin/],
  ]
  test.each(refused)('is not %j', (choice, why) => {
    expect(() => chooseStage(choice)).toThrow(CannotDeploy)
    expect(() => chooseStage(choice)).toThrow(why)
  })
})

test('a name that is none of the choices is told: nobody would be by an alarm', () => {
  expect(() => checkNames(['stage', 'alarmMail'])).toThrow(
    /nothing to choose that is called "alarmMail": stage,/,
  )
  expect(
    checkNames([...choices, '@aws-cdk/core:x', 'aws:cdk:bundling-stacks', 'tree-metadata']),
  ).toBeUndefined()
})

test('a firewall is made where CloudFront takes one, and one of one’s own is taken from anywhere', () => {
  expect(() => chooseStage({ waf: 'true' }, 'eu-west-1')).toThrow(
    /cannot lie in eu-west-1: make one in us-east-1/,
  )
  expect(chooseStage({ waf: 'true' }, 'us-east-1').firewall).toEqual({ requestsPer5Minutes: 6000 })
  expect(chooseStage({ webAclArn }, 'eu-west-1').firewall).toEqual({ webAclArn })
})

test('a deployment that would be called as this machine is refused in one sentence, and nothing else is told', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, '../../infra/app.ts')], {
    encoding: 'utf8',
    env: { ...process.env, CDK_CONTEXT_JSON: '{"stage":"local"}' },
  })

  expect(status).toBe(1)
  expect(stderr).toMatch(/^The stage may not be called "local": [^.\n]+\n$/)
})

test('commands of cdk that come before any deployment find out that nothing is bundled', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bundles-'))
  const seen = [areBundled(folder)]
  for (const { door } of doors) {
    seen.push(areBundled(folder))
    mkdirSync(join(folder, door))
    writeFileSync(join(folder, door, 'index.mjs'), '')
  }
  const all = areBundled(folder)
  rmSync(folder, { recursive: true })

  expect([...new Set(seen), all]).toEqual([false, true])
})

describe('who removes a stage is told', () => {
  test.each(['dev', 'prod'])('how flows of %s are carried away first', (stage) => {
    expect(explain(chooseStage({ stage }))).toContain('npm run export -- --url')
  })

  test('that data of a protected stage stay, and those of another do not', () => {
    expect(explain(chooseStage({ stage: 'prod' }))).toMatch(
      /Stays: prod-data \(table, bucket, key and secrets\)/,
    )
    expect(explain(chooseStage({ stage: 'dev' }))).toMatch(/Goes: dev-service and dev-data, .* no way back/)
  })
})
