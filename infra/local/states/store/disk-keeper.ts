import type { Program } from '../program/program.ts'
import type { Execution, Frame, Hanging, Keeper, TimerKind } from '../run/execution.ts'
import { framesBelow } from '../run/memory-keeper.ts'
import { statusChange } from '../status-change.ts'
import type { ExecutionRow, ExecutionRows } from './execution-rows.ts'
import type { FrameRows } from './frame-rows.ts'
import type { GroupCommit } from './group-commit.ts'
import type { MachineRows } from './machine-rows.ts'
import type { Outbox } from './outbox.ts'
import type { TimerRows } from './timer-rows.ts'
import type { TokenRows } from './token-rows.ts'

/** The rows that STANDARD executions are kept in. */
export interface Rows {
  commit: GroupCommit
  machines: MachineRows
  executions: ExecutionRows
  frames: FrameRows
  tokens: TokenRows
  timers: TimerRows
  outbox: Outbox
}

/**
 * Keeps STANDARD executions on disk. In memory are only those in which something is under way: a waiting one is read
 * when its token or timer comes.
 */
export class DiskKeeper implements Keeper {
  readonly durable = true
  readonly #rows: Rows
  readonly #programOf: (machineArn: string) => Program | undefined
  readonly #tells: (execution: Execution) => boolean
  readonly #live = new Map<number, Execution>()
  readonly #changedFrames = new Set<Frame>()
  readonly #changedExecutions = new Set<Execution>()

  /** `tells` says whether the end of an execution is an event that somebody wants. */
  constructor(
    rows: Rows,
    programOf: (machineArn: string) => Program | undefined,
    tells: (execution: Execution) => boolean,
  ) {
    this.#rows = rows
    this.#programOf = programOf
    this.#tells = tells
    rows.commit.join({ before: () => this.#write(), after: () => this.#forget() })
  }

  /** Puts a new execution on disk and in memory. */
  add(execution: Execution): void {
    this.#rows.executions.insert(execution)
    this.#live.set(execution.id, execution)
  }

  /** An execution that runs, from memory or disk. */
  execution(id: number): Execution | null {
    const live = this.#live.get(id)
    if (live) return live.status === 'RUNNING' ? live : null
    const row = this.#rows.executions.byId(id)
    const program = row?.status === 'RUNNING' ? this.#programOf(row.machine) : undefined
    if (!row || !program) return null
    const execution = this.#revive(row, program)
    this.#live.set(id, execution)
    return execution
  }

  #revive(row: ExecutionRow, program: Program): Execution {
    return {
      id: row.id,
      arn: row.arn,
      name: row.name,
      machineArn: row.machine,
      program,
      keeper: this,
      input: row.input,
      startedAt: row.started,
      status: row.status,
      enteredAt: row.entered,
      events: row.events,
      variableBytes: row.variable_bytes,
      frames: new Map(),
      busy: 0,
      haste: 0,
      unwritten: [],
      end: null,
    }
  }

  /** A frame with those above it, from memory or disk. */
  frame(executionId: number, id: number): Frame | null {
    const execution = this.execution(executionId)
    if (!execution) return null
    const inMemory = execution.frames.get(id)
    if (inMemory) return inMemory
    const read = this.#rows.frames.read(
      id,
      () => execution,
      (above) => this.frame(executionId, above),
    )
    if (read) execution.frames.set(id, read)
    return read
  }

  /** From now on nothing goes on; what is under way is taken up by the next process. */
  close(): void {
    for (const { frames } of this.#live.values()) for (const frame of frames.values()) frame.alive = false
  }

  nextFrameId(): number {
    return this.#rows.frames.nextId()
  }

  touch(frame: Frame): void {
    this.#changedFrames.add(frame)
    this.#change(frame.execution)
  }

  #change(execution: Execution): void {
    this.#changedExecutions.add(execution)
    this.#rows.commit.plan()
  }

  commit(): Promise<void> {
    return this.#rows.commit.commit()
  }

  #write(): void {
    for (const frame of this.#changedFrames)
      if (frame.execution.status === 'RUNNING') this.#rows.frames.write(frame)
    this.#changedFrames.clear()
    for (const execution of this.#changedExecutions) this.#rows.executions.write(execution)
  }

  #forget(): void {
    const written = [...this.#changedExecutions]
    this.#changedExecutions.clear()
    for (const execution of written) if (execution.busy === 0) this.rest(execution)
  }

  rest(execution: Execution): void {
    if (!this.#changedExecutions.has(execution)) this.#live.delete(execution.id)
  }

  setTimer({ execution, id }: Frame, kind: TimerKind, dueAt: number): void {
    this.#rows.timers.set(execution.id, id, kind, dueAt)
  }

  clearTimers({ execution, id }: Frame): void {
    this.#rows.timers.clear(execution.id, id)
  }

  makeToken({ execution }: Frame): string {
    return this.#rows.tokens.make(execution.id)
  }

  openToken({ execution, id, token }: Frame): void {
    if (token !== null) this.#rows.tokens.insert(token, execution.id, id)
  }

  markNotified({ token }: Frame, heartbeatSeconds: number | null): void {
    if (token !== null) this.#rows.tokens.markNotified(token, heartbeatSeconds)
  }

  closeToken({ token }: Frame): void {
    if (token !== null) this.#rows.tokens.delete(token)
  }

  outputsOf(frame: Frame): unknown[] {
    const outputs = new Map(
      this.#rows.frames.outputs(frame.id).map(({ position, output }) => [position, output]),
    )
    // What was not written yet is newer.
    for (const { parent, position, phase, output } of frame.execution.frames.values())
      if (parent === frame && phase === 'done') outputs.set(position, output)
    return [...outputs].sort(([one], [other]) => one - other).map(([, output]) => output)
  }

  itemsOf(frame: Frame): unknown[] {
    return this.#rows.frames.items(frame.id)
  }

  below(execution: Execution, frame: Frame | null): Hanging[] {
    const found = new Map<number, Hanging>()
    for (const one of this.#rows.frames.hanging(execution.id, frame)) found.set(one.id, one)
    for (const one of framesBelow(execution, frame)) found.set(one.id, one)
    return [...found.values()].sort((one, other) => one.id - other.id)
  }

  drop(execution: Execution, ids: number[]): void {
    for (const id of ids) {
      const frame = execution.frames.get(id)
      execution.frames.delete(id)
      if (frame) this.#changedFrames.delete(frame)
      if (frame && !frame.stored && frame.token === null && frame.phase !== 'timer') continue
      this.#rows.frames.delete(id)
      this.#rows.tokens.deleteOfFrame(execution.id, id)
      this.#rows.timers.clear(execution.id, id)
    }
    this.#change(execution)
  }

  ended(execution: Execution): void {
    const { id, machineArn } = execution
    const { executions, frames, tokens, timers, outbox, machines } = this.#rows
    const ids = frames.hanging(id, null).map((frame) => frame.id)
    if (ids.length > 0) frames.deleteAll(id, ids)
    tokens.deleteAll(id)
    timers.clearAll(id)
    executions.end(execution)
    if (this.#tells(execution)) outbox.add(statusChange(execution))
    if (machines.isDeleting(machineArn) && !executions.hasRunning(machineArn)) machines.delete(machineArn)
    for (const frame of execution.frames.values()) this.#changedFrames.delete(frame)
    execution.frames.clear()
    this.#change(execution)
  }

  isDeleting({ machineArn }: Execution): boolean {
    return this.#rows.machines.isDeleting(machineArn)
  }
}
