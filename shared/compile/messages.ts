import { expression, literalText } from '../asl/expression.ts'

/**
 * JSONata of an error's message. A function's comes as JSON text `{errorType, errorMessage, trace}`; it is cut out rather
 * than parsed, because an expression that fails in a catcher ends the run.
 */
export function messageOf(error: string): string {
  const inner = `$substringBefore($substringAfter($c, '"errorMessage":"'), '","trace":')`
  const plain = `$replace($replace($replace($replace(${inner}, ${unescapedEnd}, "$1"), '\\\\"', '"'), '\\\\n', ' '), '\\\\\\\\', '\\\\')`
  const silent = `$e.Error = "States.Timeout" ? "The step took too long" : ""`
  return `($e := ${error}; $c := "" & $e.Cause; ${isJson} ? ${plain} : $c = "" ? (${silent}) : $c)`
}

/** Where a crashed function's error has no trace, the text ends here; a quote of the message's own is escaped. */
const unescapedEnd = '/([^\\x5c])"\\}$/'
const start = `'{"errorType":"'`
const isJson = `$substring($c, 0, 14) = ${start}`

/** The message of the error that a catcher has before it. */
export const caughtMessage = expression(messageOf('$states.errorOutput'))

/** The message of the error that `failed` is given. */
export const lastMessage = expression(messageOf('{"Error": $lastError.error, "Cause": $lastError.cause}'))

/** JSONata of the id of the step that failed in a body, as its Fail state tells it; else the given id. */
export function caughtStepId(id: string): string {
  const told = `$substringBefore($substringAfter($c, ${start}), '"')`
  return `($c := "" & $states.errorOutput.Cause; ${isJson} ? ${told} : ${literalText(id)})`
}
