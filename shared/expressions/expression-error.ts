/** Why an expression cannot be used. */
export type ExpressionProblem =
  | 'expression_syntax'
  | 'expression_unsupported'
  | 'expression_too_long'
  | 'expression_too_deep'

/** An expression that is refused when it is saved, with the place in the text it stands in. */
export class ExpressionError extends Error {
  readonly code: ExpressionProblem
  /** Characters from the beginning of the text. */
  readonly offset: number

  constructor(code: ExpressionProblem, message: string, offset: number) {
    super(message)
    this.name = 'ExpressionError'
    this.code = code
    this.offset = offset
  }
}
