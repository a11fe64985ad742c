/** One place of a definition that cannot be run. */
export interface Problem {
  /** JSON pointer, e.g. `/States/ask/Resource`. */
  location: string
  /** AWS's word for the kind, e.g. `SCHEMA_VALIDATION_FAILED`. */
  code: string
  message: string
}

/** Collects the problems of one definition. */
export class Problems {
  readonly list: Problem[] = []

  add(location: string, message: string, code = 'SCHEMA_VALIDATION_FAILED'): void {
    this.list.push({ location, code, message })
  }
}
