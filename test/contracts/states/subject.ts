import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SFNClient, type SFNClientConfig } from '@aws-sdk/client-sfn'
import { inject } from 'vitest'
import { shortWay } from '../../../infra/local/short-way.ts'
import { openStates } from '../../../infra/local/states/open.ts'
import { inProcess, listen, unsigned } from '../../../infra/local/wire.ts'
import { systemClock } from '../../../shared/aws/clock.ts'
import { type KeptLog, keptLog } from '../../local/kept-log.ts'
import { plainEvaluator } from '../../local/states/evaluator.ts'
import { settingsFor } from '../targets.ts'

/** Where `npm run contract` was pointed at: an endpoint, or `aws`; else the local account. */
export const elsewhere = inject('contract')?.states ?? undefined

/** Ways to reach it. */
export const transports = elsewhere === undefined ? ['loopback', 'in process'] : [elsewhere]

/** A Step Functions that is open, and ways into it. */
export interface Subject {
  /** What the local account logs. */
  log: KeptLog
  /** A client by a transport. */
  reach(transport: string): SFNClient
  close(): Promise<void>
}

/** Opens the local account's over loopback and in process, unless the suite runs elsewhere. */
export async function openSubject(): Promise<Subject> {
  const log = keptLog()
  if (elsewhere !== undefined) return { log, reach: () => reachElsewhere(elsewhere), close: async () => {} }
  const states = await openStates({
    dir: mkdtempSync(join(tmpdir(), 'sluice-states-')),
    clock: systemClock,
    log,
    pool: plainEvaluator,
    invoke: async (_, payload) => ({ payload: JSON.parse(JSON.stringify(payload)) }),
    onEnded: async () => {},
  })
  const listening = await listen(states, 'AKTEST')
  const config: SFNClientConfig = {
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKTEST', secretAccessKey: 'secret' },
    endpoint: listening.url,
    disableHostPrefix: true,
    maxAttempts: 1,
  }
  return {
    log,
    /** A client by a transport. */
    reach(transport) {
      if (transport === 'loopback') return new SFNClient(config)
      const client = new SFNClient({ ...config, ...unsigned, requestHandler: inProcess(states) })
      shortWay(client)
      return client
    },
    async close() {
      await listening.close()
      await states.close()
    },
  }
}

function reachElsewhere(target: string): SFNClient {
  return new SFNClient({ ...settingsFor(target), disableHostPrefix: target !== 'aws' })
}
