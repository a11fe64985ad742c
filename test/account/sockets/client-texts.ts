import { expect, test } from 'vitest'
import { type Calls, moment } from './calls.ts'

/** What a client may send, and what closes its socket. */
export function clientTexts({ watching, httpStep, atQuestion }: Calls): void {
  const open = async () => await watching(await atQuestion(httpStep('one', '/1')))

  test('may be a ping, which is answered', async () => {
    const watcher = await open()
    watcher.socket.send('{"type":"ping"}')
    const pong = await watcher.until(({ type }) => type === 'pong')

    expect(pong).toEqual({ type: 'pong', timestamp: expect.stringMatching(moment) })
    watcher.socket.terminate()
  })

  test.each([
    ['another text', 'hello'],
    ['more than a ping', '{"type":"ping","more":1}'],
    ['bytes', Buffer.from('{"type":"ping"}')],
  ])('L9 %s closes the socket with 4400', async (_name, sent) => {
    const watcher = await open()
    watcher.socket.send(sent)
    const code = await watcher.closed

    expect(watcher.messages.at(-1)).toMatchObject({ type: 'closing', code: 4400, reason: 'bad_message' })
    expect(code).toBe(1000)
  })

  test('L9 a hundred pings close the socket, a message over 128 KB at once', async () => {
    const watcher = await open()
    for (let sent = 0; sent < 100; sent++) watcher.socket.send('{"type":"ping"}')
    const large = await open()
    large.socket.send('x'.repeat(1024 * 1024))
    await watcher.closed

    expect(watcher.messages.filter(({ type }) => type === 'pong').length).toBeLessThanOrEqual(60)
    expect(await large.closed).toBe(1009)
  })
}
