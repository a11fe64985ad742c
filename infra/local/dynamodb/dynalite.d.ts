// dynalite ships no types. Only what this endpoint uses of it is described here.

declare module 'dynalite/validations/index.js' {
  type Written = Record<string, unknown>
  interface Validations {
    /** Converts what JSON carried to the declared types; throws an Error with `body`. */
    checkTypes(data: Written, types: Written): Written
    /** Throws an Error with `body` for the first ten broken rules, or for what `custom` finds. */
    checkValidations(
      data: Written,
      types: Written,
      custom: (data: Written, store: unknown) => unknown,
      store: unknown,
    ): void
    /** Parses every expression of a request into `_updates`, `_condition`, `_projection` … of the request. */
    validateExpressions(data: Written): string | undefined
    /** Checks one attribute value and brings its numbers into their one form, in place. */
    validateAttributeValue(value: Written): string | undefined
    convertKeyCondition(expression: unknown): string | Record<string, unknown>
  }
  const validations: Validations
  export default validations
}

declare module 'dynalite/validations/createTable.js' {
  const createTable: {
    types: Record<string, unknown>
    custom: (data: Record<string, unknown>, store: unknown) => unknown
  }
  export default createTable
}

declare module 'dynalite/db/index.js' {
  const db: {
    /** A number as text that sorts like the number. */
    toLexiStr(value: string, type: 'N' | 'B'): string
  }
  export default db
}
