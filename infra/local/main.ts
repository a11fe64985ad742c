import { jsonLog } from '../../shared/aws/log.ts'
import type { LogLevel } from '../../shared/world.ts'
import { type Account, openAccount } from './account.ts'
import { CannotStart, openDataFolder } from './data-folder.ts'
import { type Demo, openDemo } from './demo.ts'

/** `npm start`: this machine as a small AWS account, with Sluice deployed in it. Ends the process if it cannot start. */
export function start(env: NodeJS.ProcessEnv): void {
  open(env).catch(fail)
}

async function open(env: NodeJS.ProcessEnv): Promise<void> {
  const started = Date.now()
  const port = readPort(env.PORT)
  const folder = openDataFolder(env.SLUICE_DATA ?? '.sluice')
  const account = await openAccount({ folder, port, log: jsonLog((env.SLUICE_LOG ?? 'warn') as LogLevel) })
  stopOnSignals(account)
  const demo = await openDemo(account.world, folder, env)
  say(account.url, demo, folder.path, env, Date.now() - started)
}

function readPort(text = '8080'): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port
  throw new CannotStart(`PORT is "${text}", which is no port: give a number from 0 to 65535.`)
}

function stopOnSignals(account: Account): void {
  let stopping = false
  const stop = () => {
    if (stopping) return
    stopping = true
    account.close().then(
      () => process.exit(0),
      (error) => fail(error),
    )
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}

function say(url: string, demo: Demo, folder: string, env: NodeJS.ProcessEnv, milliseconds: number): void {
  const curl = (path: string, body: string) =>
    `curl -s ${url}${path} -H 'Authorization: Bearer ${demo.apiKey}' -H 'Content-Type: application/json' -d '${body}'`
  const signIn = demo.password === null ? 'the password you gave' : `password ${demo.password}`
  console.log(`
Sluice is ready at ${url} (${milliseconds} ms). Data: ${folder}${env.SLUICE_OUTBOUND_ALLOW ? `\nSteps may call, although not public: ${env.SLUICE_OUTBOUND_ALLOW}` : ''}

Organisation demo: sign in as ${demo.email}, ${signIn}
API key: ${demo.apiKey}

Run a flow that answers at once:
${curl(`/v1/client/flow/${demo.flows['renewal-risk']}/execute`, '{"customerId":"cus_123","topic":"renewal"}')}

Run one that waits for an approval:
${curl(`/v1/client/flow/${demo.flows['expense-approval']}/execute`, '{"employee":"Ada","amount":420,"reason":"Conference"}')}

and answer it, with the appRunId it gave:
${curl('/v1/flowrun/resume/<appRunId>', '{"decision":"approve"}')}

Drive a sign-up as its pages would (its mail: curl -s ${url}/local/mail):
curl -s ${url}/api/server/v1/flow/execute -H 'Content-Type: application/json' -d '{"flowType":"REGISTRATION"}'

Ctrl-C stops it; what waits goes on waiting.`)
}

function fail(error: unknown): never {
  const known = error instanceof CannotStart ? error.message : sentenceOf(error)
  console.error(known)
  process.exit(1)
}

function sentenceOf(error: unknown): string {
  const { code, message, stack } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE')
    return `Port ${process.env.PORT ?? 8080} is in use. Stop what listens there, or set PORT to another.`
  if (code === 'EACCES')
    return `Port ${process.env.PORT ?? 8080} may not be opened by this user. Set PORT to one above 1023.`
  return stack ?? message
}
