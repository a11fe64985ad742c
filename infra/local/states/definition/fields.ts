/** What a field of a state holds, for the check of its value. */
export type FieldKind = 'text' | 'name' | 'true' | 'assign' | 'value' | 'expression' | 'seconds' | 'other'

const flowing: Record<string, FieldKind> = {
  Type: 'text',
  Comment: 'text',
  QueryLanguage: 'text',
  Next: 'name',
  End: 'true',
  Assign: 'assign',
  Output: 'value',
}
const failing: Record<string, FieldKind> = { Retry: 'other', Catch: 'other' }
const { Next: _, End: __, ...leaving } = flowing
const { Assign: ___, ...ending } = leaving

/** Every field that a type of state can have here; all others are refused. */
export const stateFields: Record<string, Record<string, FieldKind>> = {
  Pass: flowing,
  Task: {
    ...flowing,
    ...failing,
    Resource: 'text',
    Arguments: 'value',
    TimeoutSeconds: 'seconds',
    HeartbeatSeconds: 'seconds',
  },
  Choice: { ...leaving, Choices: 'other', Default: 'name' },
  Wait: { ...flowing, Seconds: 'other', Timestamp: 'other' },
  Parallel: { ...flowing, ...failing, Branches: 'other', Arguments: 'value' },
  Map: {
    ...flowing,
    ...failing,
    Items: 'value',
    ItemSelector: 'value',
    MaxConcurrency: 'other',
    ItemProcessor: 'other',
  },
  Succeed: ending,
  Fail: { Type: 'text', Comment: 'text', QueryLanguage: 'text', Error: 'text', Cause: 'text' },
}

/** Fields of the other query language. */
export const jsonPathFields: ReadonlySet<string> = new Set(
  `InputPath OutputPath ResultPath Parameters ResultSelector Result ItemsPath SecondsPath TimestampPath ErrorPath CausePath
   TimeoutSecondsPath HeartbeatSecondsPath MaxConcurrencyPath ToleratedFailureCountPath ToleratedFailurePercentagePath
   Iterator Variable And Or Not`
    .trim()
    .split(/\s+/),
)

/** Fields that AWS knows and this account does not run. */
export const unservedFields: Readonly<Record<string, string>> = {
  Credentials: 'Credentials',
  ItemReader: 'Distributed Map',
  ItemBatcher: 'Distributed Map',
  ResultWriter: 'Distributed Map',
  Label: 'Distributed Map',
  ToleratedFailureCount: 'tolerated failures',
  ToleratedFailurePercentage: 'tolerated failures',
}
