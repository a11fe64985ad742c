import type { DoorShape } from '../../infra/doors.ts'

/** What a waking function took. */
export interface Cold {
  importMs: number
  /** From the first line of the process to the answer; 0 = the door has no event without AWS. */
  firstByteMs: number
  /** Files of the bundle that were read until then. */
  files: number
  heapMegabytes: number
  /** HTTP status of the answer, if it has one. */
  status: number
}

/** Enough of a function's environment that a World opens; nobody listens there. */
export const environment: Record<string, string> = {
  PATH: process.env.PATH ?? '',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'cold',
  AWS_SECRET_ACCESS_KEY: 'cold',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: 'http://127.0.0.1:9',
  AWS_MAX_ATTEMPTS: '1',
  SLUICE_STAGE: 'cold',
  SLUICE_TABLE: 'cold-sluice',
  SLUICE_MACHINE_ROLE_ARN: 'arn:aws:iam::000000000000:role/cold-sluice-machines',
  SLUICE_MACHINE_LOG_GROUP_ARN: 'arn:aws:logs:us-east-1:000000000000:log-group:/aws/vendedlogs/states/cold',
  SLUICE_SCHEDULE_GROUP: 'cold-flows',
  SLUICE_SCHEDULED_ARN: 'arn:aws:lambda:us-east-1:000000000000:function:cold-sluice-scheduled',
  SLUICE_SCHEDULE_ROLE_ARN: 'arn:aws:iam::000000000000:role/cold-sluice-schedules',
  SLUICE_BUCKET: 'cold-sluice-files',
  SLUICE_KEY_ID: 'alias/cold-sluice',
  SLUICE_SIGNING_SECRET: 'signing',
  SLUICE_SEALING_SECRET: 'sealing',
  SLUICE_BASE_URL: 'http://127.0.0.1:8080',
}

/** An event that the door answers without AWS; null = it has none. */
export function eventFor(calledBy: DoorShape['calledBy'], door: string): object | null {
  if (door === 'script') return script
  return events[calledBy] ?? null
}

const script = {
  ...{ v: 1, kind: 'script', run: 'cold', stepId: 'cold', iter: null, at: '2026-01-01T00:00:00.000Z' },
  ...{ code: 'return 1', input: {} },
}

const events: Partial<Record<DoorShape['calledBy'], object>> = {
  // A path that no face has.
  http: {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/cold',
    rawQueryString: '',
    headers: {},
    isBase64Encoded: false,
    requestContext: { http: { method: 'GET', sourceIp: '203.0.113.7' } },
  },
  // News that nothing follows from.
  executions: { detail: { name: 'none', status: 'RUNNING' } },
  stream: { Records: [] },
  // A handshake that names no run.
  sockets: { requestContext: { eventType: 'CONNECT', connectionId: 'cold' }, headers: {} },
}
