import { Fault, type Issue } from '../faults.ts'

/** What people say about a flow, besides its definition. */
export interface FlowDetails {
  name?: string | undefined
  description?: string | null | undefined
  tags?: string[] | undefined
}

const longestName = 200
const longestDescription = 2000
const longestTag = 64
const mostTags = 20
const control = /\p{Cc}/u
/** A description may have lines. */
const controlButLines = /(?![\t\n\r])\p{Cc}/u

/**
 * Name, description and tags as they are stored: names and tags trimmed and in NFC (dashboard.md §5).
 *
 * @throws {Fault} `validation_failed` with every member that cannot be taken.
 */
export function readDetails({ name, description, tags }: FlowDetails): FlowDetails {
  const details: FlowDetails = {
    ...(name === undefined ? {} : { name: name.trim().normalize('NFC') }),
    ...(description === undefined ? {} : { description }),
    ...(tags === undefined ? {} : { tags: tags.map((tag) => tag.normalize('NFC')) }),
  }
  const issues = [...nameIssues(details.name), ...textIssues(description), ...tagIssues(details.tags)]
  if (issues.length === 0) return details
  throw new Fault('validation_failed', "The flow's details cannot be like this", { issues })
}

function nameIssues(name: string | undefined): Issue[] {
  if (name === undefined) return []
  if (name === '') return [{ path: '/name', code: 'required', message: 'name is required' }]
  return [
    ...(name.length <= longestName ? [] : [tooLong('/name', longestName)]),
    ...(control.test(name) || !name.isWellFormed() ? [unprintable('/name')] : []),
  ]
}

function textIssues(description: string | null | undefined): Issue[] {
  if (description === undefined || description === null) return []
  return [
    ...(description.length <= longestDescription ? [] : [tooLong('/description', longestDescription)]),
    ...(controlButLines.test(description) || !description.isWellFormed()
      ? [unprintable('/description')]
      : []),
  ]
}

function tagIssues(tags: string[] | undefined): Issue[] {
  if (tags === undefined) return []
  const issues: Issue[] = []
  if (tags.length > mostTags)
    issues.push({ path: '/tags', code: 'too_many', message: `A flow has at most ${mostTags} tags` })
  for (const [index, tag] of tags.entries()) {
    const path = `/tags/${index}`
    if (tag === '') issues.push({ path, code: 'required', message: 'A tag must not be empty' })
    if (tag.length > longestTag) issues.push(tooLong(path, longestTag))
    if (control.test(tag) || !tag.isWellFormed()) issues.push(unprintable(path))
    if (tags.indexOf(tag) !== index)
      issues.push({ path, code: 'duplicate', message: 'Tags must be distinct' })
  }
  return issues
}

function tooLong(path: string, most: number): Issue {
  return { path, code: 'too_long', message: `At most ${most} characters` }
}

function unprintable(path: string): Issue {
  return { path, code: 'bad_characters', message: 'Control characters and half characters are not allowed' }
}
