import type { Log } from '../../../shared/world.ts'
import type { StatesOptions } from './options.ts'
import { Programs } from './program/programs.ts'
import { drive } from './run/drive.ts'
import type { Machinery } from './run/machinery.ts'
import { wake, wakeExecution } from './run/wake.ts'
import type { Service } from './service.ts'
import { Alarm } from './store/alarm.ts'
import { openDatabase } from './store/database.ts'
import { DiskKeeper, type Rows } from './store/disk-keeper.ts'
import { ExecutionRows } from './store/execution-rows.ts'
import { FrameRows } from './store/frame-rows.ts'
import { GroupCommit } from './store/group-commit.ts'
import { MachineRows } from './store/machine-rows.ts'
import { Outbox } from './store/outbox.ts'
import { type TimerRow, TimerRows } from './store/timer-rows.ts'
import { TokenRows } from './store/token-rows.ts'

/** The engine, and the way to end it. */
export interface OpenService {
  service: Service
  close(): Promise<void>
}

/** So long an ended execution can be asked for. */
const keptMs = 90 * 24 * 3_600_000

/** Opens the database and goes on where the last process ended. @throws {CannotStart} */
export function openService(options: StatesOptions): OpenService {
  const { clock, log, pool, invoke, onEnded, endsToTell } = options
  const db = openDatabase(options.dir)
  const commit = new GroupCommit(db, options.onFailure ?? ((error) => endProcess(log, error)))
  const outbox = new Outbox(db, commit, { clock, log, deliver: onEnded })
  const rows: Rows = {
    commit,
    machines: new MachineRows(db, commit),
    executions: new ExecutionRows(db, commit),
    frames: new FrameRows(db, commit),
    tokens: new TokenRows(db, commit),
    timers: new TimerRows(db, commit),
    outbox,
  }
  const programs = new Programs(rows.machines)
  const keeper = new DiskKeeper(
    rows,
    (arn) => programs.get(arn),
    ({ status }) => !endsToTell || endsToTell.some((told) => told === status),
  )
  const machinery: Machinery = { clock, log, pool, invoke, drive: (frame) => void drive(machinery, frame) }
  const alarm = new Alarm(clock, rows.timers, commit, (timer) => ring(machinery, keeper, timer))
  const service: Service = { ...rows, machinery, programs, keeper }
  rows.executions.prune(clock.now() - keptMs)
  void goOn(service)
  alarm.set()
  outbox.start()
  return {
    service,
    async close() {
      alarm.close()
      keeper.close()
      await outbox.close()
      await commit.close()
      db.close()
    },
  }
}

function ring(machinery: Machinery, keeper: DiskKeeper, { execution, frame, kind }: TimerRow): void {
  if (kind === 'execution') {
    const running = keeper.execution(execution)
    if (running) wakeExecution(machinery, running)
    return
  }
  const sleeping = keeper.frame(execution, frame)
  if (sleeping) wake(machinery, sleeping, kind)
}

/** Frames that go on in one turn of the event loop. */
const atOnce = 50

/** Work that was in flight runs again, with the tokens it had; what had ended is dealt with. */
async function goOn({ frames, tokens, keeper, machinery }: Service): Promise<void> {
  const busy = frames.busy()
  const untold = tokens.unnotified().map(({ frame, execution }) => ({ id: frame, execution }))
  for (const [index, { id, execution }] of [...busy, ...untold].entries()) {
    const frame = keeper.frame(execution, id)
    if (frame && frame.attempt === null) machinery.drive(frame)
    if (index % atOnce === atOnce - 1) await new Promise((resolve) => setImmediate(resolve))
  }
}

function endProcess(log: Log, error: unknown): never {
  log.error('The engine cannot write its database; ending', { error: String(error) })
  process.exit(1)
}
