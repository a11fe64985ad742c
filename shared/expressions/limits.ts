/** Every number that bounds an expression, in one place (hardening.md 2.1, aws.md 6.4). */
export const limits = {
  /** Characters of one `{{ }}` that an author wrote. */
  sourceLength: 8_192,
  /** Characters of one compiled expression: several templates of an object may have become one text. */
  compiledLength: 65_536,
  /** Nesting of an expression: brackets, operators, function bodies. */
  treeDepth: 128,
  /** Nesting of a value that goes into a child. */
  valueDepth: 64,
  /** Bytes of JSON of context and variables together that go into a child. */
  inputBytes: 262_144 + 65_536,
  /** Bytes of JSON that one evaluation may give back. */
  outputBytes: 262_144,
  /** Width that `$pad` accepts. */
  padWidth: 262_144,
  /** Guardrails of the evaluator in the child: milliseconds, nested calls, items of one sequence. */
  evaluationMs: 400,
  evaluationDepth: 500,
  sequenceLength: 100_000,
  /** Milliseconds after which a child that has not answered is killed. */
  wallMs: 600,
  /** Milliseconds a new child may take until it says that it is ready. */
  startMs: 10_000,
  /** Evaluations after which a child is replaced. */
  evaluationsPerChild: 1_000,
  /** Compiled expressions that a child keeps. */
  expressionsPerChild: 100,
  /** Children; each does one evaluation at a time. */
  children: 2,
  /** Evaluations that may wait for a child. */
  queueLength: 64,
  /** Megabytes of heap of a child. */
  childHeapMegabytes: 64,
  /** Steps that an evaluation in the main process may take; beyond it goes to a child. */
  directWork: 100_000,
  /** Compiled expressions that are kept. */
  cachedExpressions: 5_000,
} as const
