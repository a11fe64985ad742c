import type { Execution, Frame, Hanging, Keeper, TimerKind } from './execution.ts'
import type { Machinery } from './machinery.ts'
import { wake, wakeExecution } from './wake.ts'

/** Keeps one EXPRESS execution: in memory, without a history, gone with the process. */
export class MemoryKeeper implements Keeper {
  readonly durable = false
  readonly #machinery: Machinery
  readonly #timers = new Map<Frame, Map<TimerKind, () => void>>()
  readonly #ended = Promise.withResolvers<Execution>()
  #frames = 0

  constructor(machinery: Machinery) {
    this.#machinery = machinery
  }

  /** Resolves at the end of the execution. */
  get whenEnded(): Promise<Execution> {
    return this.#ended.promise
  }

  nextFrameId(): number {
    this.#frames += 1
    return this.#frames
  }

  touch(): void {}

  /** Nothing is written, but everybody else has a turn, as at a commit. */
  commit(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve))
  }

  setTimer(frame: Frame, kind: TimerKind, dueAt: number): void {
    const { clock } = this.#machinery
    const cancel = clock.after(Math.max(0, dueAt - clock.now()), () => {
      this.#timers.get(frame)?.delete(kind)
      if (kind === 'execution') wakeExecution(this.#machinery, frame.execution)
      else wake(this.#machinery, frame, kind)
    })
    const timers = this.#timers.get(frame) ?? new Map<TimerKind, () => void>()
    this.#timers.set(frame, timers.set(kind, cancel))
  }

  clearTimers(frame: Frame): void {
    for (const [kind, cancel] of this.#timers.get(frame) ?? []) {
      if (kind === 'execution') continue
      cancel()
      this.#timers.get(frame)?.delete(kind)
    }
  }

  makeToken(): string {
    throw new Error('An EXPRESS execution has no tokens')
  }

  openToken(): void {}

  markNotified(): void {}

  closeToken(): void {}

  outputsOf(frame: Frame): unknown[] {
    return [...frame.execution.frames.values()]
      .filter(({ parent }) => parent === frame)
      .sort((one, other) => one.position - other.position)
      .map(({ output }) => output)
  }

  itemsOf(): unknown[] {
    throw new Error('The items of an EXPRESS execution are in memory')
  }

  below(execution: Execution, frame: Frame | null): Hanging[] {
    return framesBelow(execution, frame)
  }

  drop(execution: Execution, ids: number[]): void {
    for (const id of ids) {
      const frame = execution.frames.get(id)
      if (frame) this.clearTimers(frame)
      execution.frames.delete(id)
    }
  }

  ended(execution: Execution): void {
    for (const timers of this.#timers.values()) for (const cancel of timers.values()) cancel()
    this.#timers.clear()
    execution.frames.clear()
    this.#ended.resolve(execution)
  }

  rest(): void {}

  isDeleting(): boolean {
    return false
  }
}

/** The frames in memory that hang below one, or all. */
export function framesBelow(execution: Execution, above: Frame | null): Hanging[] {
  return [...execution.frames.values()]
    .filter((frame) => above === null || hangsBelow(frame, above))
    .sort((one, other) => one.id - other.id)
    .map(({ id, state, phase, position, previousEvent, variableBytes, parent }) => ({
      id,
      state,
      phase,
      position,
      previousEvent,
      variableBytes,
      holder: parent?.state ?? null,
    }))
}

function hangsBelow(frame: Frame, above: Frame): boolean {
  for (let at = frame.parent; at; at = at.parent) if (at === above) return true
  return false
}
