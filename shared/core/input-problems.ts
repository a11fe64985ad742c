/** How many problems the inputs have, in words. */
export function problemsIn(issues: unknown[]): string {
  return issues.length === 1 ? 'A problem in the inputs' : `${issues.length} problems in the inputs`
}
