declare module 'asl-validator' {
  /** Checks a state machine's definition; writes `QueryLanguage` into it. */
  export default function validate(
    definition: object,
    options?: { checkPaths: boolean; checkArn: boolean },
  ): {
    isValid: boolean
    errors: { 'Error code': string; Message: string }[]
    errorsText(separator?: string): string
  }
}
