import { DecryptCommand, EncryptCommand } from '@aws-sdk/client-kms'
import {
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn'
import { isThrottle, isTransient } from '../aws/transient.ts'
import type { Json, World } from '../world.ts'

/** What the engine is told about a task that stood open. */
export type Told = { ok: true; output: Json } | { ok: false; error: string; cause: string }

/**
 * What became of telling it: `taken`; `timed_out`, it had given the task up; `unknown_task`, it knows no such task;
 * `too_large`; `refused`, for load, so that surely nothing was done; `unclear`, the reply was lost.
 */
export type Taken = 'taken' | 'timed_out' | 'unknown_task' | 'too_large' | 'refused' | 'unclear'

/** Largest output that the engine takes, in UTF-8 bytes. */
export const toldLimitBytes = 262_144

/** Whose token it is: it opens for no other run. */
export interface TokenOf {
  orgId: string
  runId: string
}

/** A task token as it lies on a row: encrypted under KMS, base64. */
export async function lockToken({ kms, settings }: World, of: TokenOf, token: string): Promise<string> {
  const { CiphertextBlob } = await kms.send(
    new EncryptCommand({
      KeyId: settings.keyId,
      Plaintext: Buffer.from(token, 'utf8'),
      EncryptionContext: contextOf(of),
    }),
  )
  return Buffer.from(CiphertextBlob as Uint8Array).toString('base64')
}

async function unlockToken({ kms, settings }: World, of: TokenOf, locked: string): Promise<string> {
  const { Plaintext } = await kms.send(
    new DecryptCommand({
      KeyId: settings.keyId,
      CiphertextBlob: Buffer.from(locked, 'base64'),
      EncryptionContext: contextOf(of),
    }),
  )
  return Buffer.from(Plaintext as Uint8Array).toString('utf8')
}

function contextOf({ orgId, runId }: TokenOf): Record<string, string> {
  return { purpose: 'task-token', org: orgId, run: runId }
}

/** Tells the engine how a task ended. Never throws for what the engine or the network says. */
export async function tellEngine(world: World, of: TokenOf, locked: string, told: Told): Promise<Taken> {
  try {
    await send(world, await unlockToken(world, of, locked), told)
    return 'taken'
  } catch (error) {
    const taken = meaningOf(error)
    if (taken === null) throw error
    return taken
  }
}

async function send({ states }: World, taskToken: string, told: Told): Promise<void> {
  if (told.ok) {
    await states.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(told.output) }))
  } else {
    const { error, cause } = told
    await states.send(new SendTaskFailureCommand({ taskToken, error, cause }))
  }
}

function meaningOf(error: unknown): Taken | null {
  if (error instanceof TaskTimedOut) return 'timed_out'
  if (error instanceof TaskDoesNotExist || nameOf(error) === 'InvalidToken') return 'unknown_task'
  if (nameOf(error) === 'InvalidOutput') return 'too_large'
  if (isThrottle(error)) return 'refused'
  return isTransient(error) ? 'unclear' : null
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : ''
}
