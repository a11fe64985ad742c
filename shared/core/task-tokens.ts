import { DecryptCommand } from '@aws-sdk/client-kms'
import {
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn'
import { isThrottle, isTransient } from '../aws/transient.ts'
import type { Json, World } from '../world.ts'
import { cut } from './run-error.ts'
import { type TokenOf, tokenContext } from './token-context.ts'

/** What the engine is told about a task that stood open. */
export type Told = { ok: true; output: Json } | { ok: false; error: string; cause: string }

/**
 * What became of telling it: `taken`; `timed_out`, it had given the task up; `unknown_task`, it knows no such task;
 * `too_large`; `refused`, for load, so that surely nothing was done; `unclear`, the reply was lost.
 */
export type Taken = 'taken' | 'timed_out' | 'unknown_task' | 'too_large' | 'refused' | 'unclear'

/** Largest output that the engine takes, in UTF-8 bytes. */
export const toldLimitBytes = 262_144
/** Longest error and cause that it takes, in characters. */
const longestError = 256
const longestCause = 32_768

async function unlockToken({ kms, settings }: World, of: TokenOf, locked: string): Promise<string> {
  const { Plaintext } = await kms.send(
    new DecryptCommand({
      KeyId: settings.keyId,
      CiphertextBlob: Buffer.from(locked, 'base64'),
      EncryptionContext: tokenContext(of),
    }),
  )
  return Buffer.from(Plaintext as Uint8Array).toString('utf8')
}

/** Tells the engine how a task ended. Never throws for what the engine or the network says. */
export async function tellEngine(world: World, of: TokenOf, locked: string, told: Told): Promise<Taken> {
  return await tellTask(world, await unlockToken(world, of, locked), told)
}

/** The same with the token itself, which only who is called by the engine has. */
export async function tellTask(world: World, token: string, told: Told): Promise<Taken> {
  try {
    await send(world, token, told)
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
    const error = cut(told.error, longestError)
    const cause = cut(told.cause, longestCause)
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
