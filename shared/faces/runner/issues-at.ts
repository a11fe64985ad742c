import { Fault, isFault } from '../../faults.ts'

/** Members of a flow besides its definition. */
const details = /^\/(name|description|tags|definition)(\/|$)/

/** Says where in the body the problems of a definition lie: the core tells places inside the document. */
export async function inDefinition<T>(work: Promise<T>): Promise<T> {
  return await moved(work, (path) => (details.test(path) ? path : `/definition${path}`))
}

/** Says where in the body the problems of a run's inputs lie. */
export async function inInput<T>(work: Promise<T>): Promise<T> {
  return await moved(work, (path) => `/input${path}`)
}

/** Says in this face's words which member of an account is meant. */
export async function inAccount<T>(work: Promise<T>): Promise<T> {
  return await moved(work, (path) => path.replace('/currentPassword', '/current_password'))
}

async function moved<T>(work: Promise<T>, to: (path: string) => string): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!isFault(error) || error.details.issues === undefined) throw error
    const issues = error.details.issues.map((issue) => ({ ...issue, path: to(issue.path) }))
    throw new Fault(error.code, error.message, { ...error.details, issues }, error)
  }
}
