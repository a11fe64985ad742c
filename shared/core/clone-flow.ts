import { Fault } from '../faults.ts'
import type { World } from '../world.ts'
import { type Author, readState, secretsOwnerOf, summaryOf } from './flow-change.ts'
import type { FlowView } from './flow-view.ts'
import { createFlow } from './flows.ts'
import { readVersion } from './versions.ts'

const longestName = 200
const suffix = ' (copy)'

/** What is copied, and under which name. */
export interface CloneOptions {
  /** @default the flow's name with " (copy)" behind it, cut to 200 characters */
  name?: string | undefined
  /** @default draft */
  version?: number | 'latest' | 'draft' | undefined
}

/**
 * Makes a new flow of a flow's draft, or of one of its versions: the text, the description and the tags, and nothing that
 * runs, shares or schedules it. Secrets are named in the text and go on working.
 *
 * @throws {Fault} `not_found`, `version_not_published` for `latest` where nothing is published, `validation_failed` for the
 *   name.
 */
export async function cloneFlow(
  world: World,
  author: Author,
  flowId: string,
  { name, version = 'draft' }: CloneOptions = {},
): Promise<FlowView> {
  const { flow, draft } = await readState(world, author.orgId, flowId)
  if (version === 'latest' && flow.latestVersion === null)
    throw new Fault('version_not_published', 'Nothing of this flow is published', { version })
  const { text } =
    version === 'draft' ? draft : (await readVersion(world, author.orgId, flowId, version)).written
  const accountId = secretsOwnerOf(flow) ?? null
  return await createFlow(
    world,
    { ...author, accountId },
    {
      name: name ?? copyName(flow.name),
      description: summaryOf(flow).description,
      tags: flow.tags,
      definition: text,
    },
  )
}

/** Cut between characters, not within one. */
function copyName(name: string): string {
  let kept = ''
  for (const character of name) {
    if (kept.length + character.length + suffix.length > longestName) break
    kept += character
  }
  return kept.trimEnd() + suffix
}
