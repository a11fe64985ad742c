/** Why an expression is refused. */
export type ExpressionErrorCode =
  | 'expression_syntax'
  | 'expression_unsupported'
  | 'expression_too_long'
  | 'script_syntax'

/** An expression that an author may not write; `offset` counts characters from the start of the template text. */
export class ExpressionError extends Error {
  readonly code: ExpressionErrorCode
  readonly offset: number

  constructor(code: ExpressionErrorCode, message: string, offset: number, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'ExpressionError'
    this.code = code
    this.offset = offset
  }
}

/** An evaluation that gave no value; the code is the error name that Step Functions would report. */
export class EvaluationError extends Error {
  readonly code: 'States.QueryEvaluationError' | 'expression_busy'

  constructor(message: string, code: EvaluationError['code'] = 'States.QueryEvaluationError') {
    super(message)
    this.name = 'EvaluationError'
    this.code = code
  }
}
