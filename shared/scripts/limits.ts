/** Every number that bounds a script, in one place (hardening.md 2.1, rule 5). */
export const limits = {
  /** Bytes of a script's text. */
  codeBytes: 32 * 1024,
  /** Bytes of JSON that go in and come out. */
  inputBytes: 262_144,
  outputBytes: 262_144,
  /** Bytes that QuickJS may allocate for one script. */
  memoryBytes: 32 * 1024 * 1024,
  /** Bytes of its stack; twice as many would overflow the host's stack first. */
  stackBytes: 256 * 1024,
  /**
   * Milliseconds after which QuickJS interrupts a script: of its own processor time, so that a busy machine fails no script
   * that is good on an idle one.
   */
  scriptMs: 400,
  /**
   * The same for killing a child that has not answered, since not every built-in function can be interrupted; asked for
   * again after so many milliseconds. Where the system does not tell another process's time, what has passed counts.
   */
  wallMs: 600,
  askAgainMs: 50,
  /** Milliseconds after which it is killed whatever time it was given. */
  longestMs: 2_000,
  /** Milliseconds a new child may take until it says that it is ready. */
  startMs: 8_000,
  /** Characters of a thrown error's message that are kept. */
  messageLength: 500,
  /** Scripts after which a child is replaced. */
  scriptsPerChild: 1_000,
  /** Children; each runs one script at a time. A function of AWS is asked for one script at a time anyway. */
  children: 2,
  /** Scripts that may wait for a child, and how long, in milliseconds. */
  queueLength: 256,
  queueMs: 5_000,
  /** Megabytes of heap of a child, besides what QuickJS has. */
  childHeapMegabytes: 64,
} as const
