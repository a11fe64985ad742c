import { listAccountRows } from '../store/accounts.ts'
import { getFlow } from '../store/flows.ts'
import { listSecretRows } from '../store/secrets.ts'
import { readVersions } from '../store/versions.ts'
import type { JsonObject, World } from '../world.ts'
import { listFlows } from './flows.ts'
import { may, type Principal } from './principal.ts'
import { organisationOwner } from './secrets.ts'

/** One value that a param may have. */
export interface FieldItem {
  label: string
  value: string | number
  description: string | null
}

/** Flows of the organisation whose name holds the words, the latest change first; one more than `limit` if there are more. */
export async function chooseFlows(
  world: World,
  orgId: string,
  { query, limit }: { query: string; limit: number },
): Promise<FieldItem[]> {
  const { flows } = await listFlows(world, orgId, { q: query, limit: limit + 1, count: false })
  return flows.map(({ id, name, latestVersion }) => ({
    label: name,
    value: id,
    description: latestVersion === null ? 'not published' : `version ${latestVersion}`,
  }))
}

/** `latest` and every published version of the flow that is named; none while it is not known. */
export async function chooseVersions(
  world: World,
  orgId: string,
  { flowId }: JsonObject,
): Promise<FieldItem[]> {
  const flow = typeof flowId === 'string' ? await getFlow(world, orgId, flowId) : null
  if (flow === null || flow.latestVersion === null) return []
  const items: FieldItem[] = [
    { label: 'latest', value: 'latest', description: `version ${flow.latestVersion}` },
  ]
  for await (const { version, status, notes } of readVersions(world, orgId, flow.id))
    if (status === 'published')
      items.push({ label: `version ${version}`, value: version, description: notes })
  return items
}

/** The organisation's accounts by name; their e-mail addresses are for admins alone. */
export async function chooseAccounts(world: World, who: Principal): Promise<FieldItem[]> {
  const mayRead = may(who, 'accounts:admin')
  const rows = await listAccountRows(world, who.orgId)
  return rows
    .filter(({ disabled }) => disabled !== true)
    .map(({ id, name, email }) => ({ label: name, value: id, description: mayRead ? email : null }))
}

/**
 * Secrets that a step may name, as it names them: those of the organisation, and one's own. Who may not list them is shown
 * none (conventions.md §2).
 */
export async function chooseSecrets(world: World, who: Principal): Promise<FieldItem[]> {
  const all = may(who, 'secrets:write')
  const owners = [
    ...(all ? [organisationOwner] : []),
    // Of two with one name a step is given the account's.
    ...(who.accountId !== null && (all || who.sessionId !== null) ? [who.accountId] : []),
  ]
  const rows = await Promise.all(owners.map((owner) => listSecretRows(world, who.orgId, owner)))
  const found = new Map(rows.flat().map(({ key, owner }) => [key, owner]))
  const keys = [...found.keys()].sort()
  return keys.map((key) => ({
    label: key,
    value: `{{secrets.${key}}}`,
    description: found.get(key) === organisationOwner ? 'of the organisation' : 'your own',
  }))
}
