import { Fault, type Issue } from '../faults.ts'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** @throws {Fault} `validation_failed` for a name or slug that no organisation may have; what is absent is not looked at. */
export function checkNames({ name, slug }: { name?: string | undefined; slug?: string | undefined }): void {
  const issues = nameIssues({ name, slug })
  if (issues.length > 0)
    throw new Fault('validation_failed', 'The organisation cannot be like this', { issues })
}

/** What is wrong with a name or slug. */
export function nameIssues({
  name,
  slug,
}: {
  name?: string | undefined
  slug?: string | undefined
}): Issue[] {
  return [
    ...(name === undefined || (name.isWellFormed() && /^[^\p{Cc}]{1,200}$/u.test(name.trim()))
      ? []
      : [{ path: '/name', code: 'length', message: 'name must have 1 to 200 printable characters' }]),
    // Where a path takes a slug it takes an id as well.
    ...(slug === undefined || (/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(slug) && !uuid.test(slug))
      ? []
      : [
          {
            path: '/slug',
            code: 'slug',
            message: 'slug must have 1 to 63 of a-z, 0-9 and -, and be no UUID',
          },
        ]),
  ]
}

/** The refusal of a slug that another organisation has. */
export function slugTaken(): Fault {
  return new Fault('conflict', 'The slug is taken: choose another', { reason: 'slug_taken' })
}
