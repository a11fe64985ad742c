import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2'
import { mockClient } from 'aws-sdk-client-mock'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listSteps } from '../../shared/core/runs.ts'
import { sendMail } from '../../shared/core/send-mail.ts'
import type { JsonObject } from '../../shared/world.ts'
import { type EngineWorld, openEngineWorld } from '../core/engine-fixture.ts'
import { org } from '../core/runs-fixture.ts'

let engine: EngineWorld
beforeAll(async () => {
  engine = await openEngineWorld()
})
afterAll(() => engine.close())

const flow = (params: JsonObject): JsonObject => ({
  metadata: { name: 'Mail' },
  nodes: {
    send: { type: 'email', params, next: 'end' },
    end: { type: 'final', params: { output: '{{send.messageId}}' } },
  },
})
const run = async (params: JsonObject, inputs: JsonObject = {}) =>
  await engine.start(await engine.publish(flow(params)), { inputs })
const sent = () => engine.mail.list(100)

describe('an email step', () => {
  test('hands a message to the mail service and tells its id', async () => {
    const { status, output, id } = await run(
      {
        to: ['{{inputs.to}}', 'bob@example.com'],
        subject: 'Für {{inputs.name}}',
        text: 'Hi',
        html: '<p>Hi</p>',
      },
      { to: 'ann@example.com', name: 'Änn' },
    )

    expect(status).toBe('completed')
    expect(sent()[0]).toEqual({
      id: output,
      at: expect.any(String),
      to: ['ann@example.com', 'bob@example.com'],
      subject: 'Für Änn',
      text: 'Hi',
      html: '<p>Hi</p>',
    })
    const [step] = await listSteps(engine.world, org, id)
    expect(step).toMatchObject({ type: 'email', output: { messageId: output } })
  })

  // They were once markup, so that a name could be a link in a message to somebody else.
  test('shows values in its HTML as text; an HTML that is one expression is HTML', async () => {
    const name = '<a href="https://evil.example">Win</a> & more'
    const html = '<p title="{{inputs.name}}">{{inputs.name}}{{inputs.none}} {{inputs.list}}</p>'
    const inputs = { name, list: [1, '<b>'] }
    await run({ to: 'ann@example.com', subject: 'Hi', html }, inputs)
    const told = '&lt;a href=&quot;https://evil.example&quot;&gt;Win&lt;/a&gt; &amp; more'
    const list = '[1,&quot;&lt;b&gt;&quot;]'
    expect(sent()[0]?.html).toBe(`<p title="${told}">${told} ${list}</p>`)

    await run({ to: 'ann@example.com', subject: 'Hi', html: ' {{inputs.name}} ' }, inputs)
    expect(sent()[0]?.html?.trim()).toBe(name)
  })

  // Those without digits and letters alone were once refused, though users may have them.
  test.each([
    ["o'brien+x%y=z!@example.com", "o'brien+x%y=z!@example.com"],
    ['ann@bücher.example', 'ann@xn--bcher-kva.example'],
    ['Ann@Example.COM', 'Ann@Example.COM'],
  ])('to %s goes to %s', async (to, mailed) => {
    expect((await run({ to: '{{inputs.to}}', subject: 'Hi', text: 'Hi' }, { to })).status).toBe('completed')
    expect(sent()[0]?.to).toEqual([mailed])
  })

  test.each([
    ['ann@example.com,all@example.com', 'Email.BadAddress'],
    ['<ann@example.com>', 'Email.BadAddress'],
    ['ann@127.0.0.1', 'Email.BadAddress'],
    ['.ann@example.com', 'Email.BadAddress'],
    ['{{ann}}@example.com', 'Email.BadAddress'],
    ['ann@xn--\u00fc.example', 'Email.BadAddress'],
    ['ann@example.com\r\nBcc: all@example.com', 'Email.BadAddress'],
    ['nobody', 'Email.BadAddress'],
    [null, 'Email.BadAddress'],
  ])('to %j is an error of the step: nothing is sent', async (to, code) => {
    const before = sent().length
    const { status, error } = await run({ to: '{{inputs.to}}', subject: 'Hi', text: 'Hi' }, { to })

    expect([status, error?.code]).toEqual(['failed', code])
    expect(sent()).toHaveLength(before)
  })

  test('a line break in the subject begins no other header', async () => {
    await run(
      { to: 'ann@example.com', subject: '{{inputs.s}}', text: 'Hi' },
      { s: 'One\r\nBcc: x@example.com' },
    )

    expect(sent()[0]?.subject).toBe('One Bcc: x@example.com')
  })

  test.each([
    [{ to: 'ann@example.com', subject: 'Hi' }, '/nodes/send/params/text'],
    [{ to: 'ann', subject: 'Hi', text: 'Hi' }, '/nodes/send/params/to'],
    [{ to: [], subject: 'Hi', text: 'Hi' }, '/nodes/send/params/to'],
  ])('%j cannot be published', async (params, path) => {
    const issues = await engine.publish(flow(params)).then(
      () => [],
      (error) => error.details.issues,
    )

    expect(issues.map((issue: JsonObject) => issue.path)).toContain(path)
  })

  test('where no sender is set, says so', async () => {
    const { mailFrom: _, ...settings } = engine.world.settings
    const message = { to: ['ann@example.com'], subject: 'Hi', text: 'Hi' }

    await expect(sendMail({ ...engine.world, settings }, message, 'key')).rejects.toMatchObject({
      code: 'mail_not_configured',
    })
    await expect(
      sendMail(engine.world, { ...message, text: 'x'.repeat(200_001) }, 'key'),
    ).rejects.toMatchObject({ code: 'Email.TooLarge' })
  })

  test.each([
    ['MessageRejected', 'Email.Rejected'],
    ['SendingPausedException', 'Email.Refused'],
    ['SomethingNew', 'Email.Refused'],
    ['TooManyRequestsException', 'TooManyRequestsException'],
  ])('%s of the service is %s', async (name, told) => {
    const client = new SESv2Client({ region: 'us-east-1' })
    const error = Object.assign(new Error('no'), { name, $metadata: {}, $fault: 'client' })
    mockClient(client).on(SendEmailCommand).rejects(error)
    const message = { to: ['ann@example.com'], subject: 'Hi', text: 'Hi' }

    await expect(sendMail({ ...engine.world, mail: client }, message, 'key')).rejects.toMatchObject({
      name: told,
    })
  })
})
