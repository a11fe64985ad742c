const functionName = process.env.SLUICE_CONTRACT_FUNCTION ?? 'echo'

/** The definition of a machine that starts at its first state. */
export const write = (States: object, more: object = {}): string =>
  JSON.stringify({ QueryLanguage: 'JSONata', StartAt: Object.keys(States)[0], States, ...more })

/** Ends at once, and gives its `n` back. */
export const pass = write({ a: { Type: 'Pass', Output: { n: '{% $states.input.n %}' }, End: true } })

/** Rests for five minutes. */
export const wait = write({ a: { Type: 'Wait', Seconds: 300, End: true } })

/** A state that calls a function that returns its payload. */
export const echo = {
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: functionName, Payload: '{% $states.input %}' },
  End: true,
}

/** Waits for an answer by token. */
export const asking = write({
  a: {
    ...echo,
    Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
    Arguments: { FunctionName: functionName, Payload: { token: '{% $states.context.Task.Token %}' } },
    TimeoutSeconds: 60,
    HeartbeatSeconds: 30,
  },
})
