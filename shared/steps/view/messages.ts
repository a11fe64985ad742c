import * as z from 'zod'
import { StepError } from '../../step-error.ts'
import type { Json } from '../../world.ts'

const kinds = ['ERROR', 'WARNING', 'INFO'] as const

/** What is said with a view, e.g. that a code was wrong. */
export const messages = z
  .array(
    z.strictObject({
      type: z.enum(kinds).optional(),
      message: z.string(),
      i18nKey: z.string().max(200).optional(),
    }),
  )
  .max(20)

/**
 * The messages once their expressions have values; one whose text came out empty is not said.
 *
 * @throws {StepError} `View.BadQuestion` if they are no list of messages.
 */
export function shownMessages(
  written: Json | undefined,
): { type: string; message: string; i18nKey?: string }[] {
  if (written === undefined || written === null) return []
  const list = Array.isArray(written) ? written.filter(isSaid) : written
  const read = messages.safeParse(list)
  if (!read.success)
    throw new StepError('View.BadQuestion', 'messages are no list of {type?, message, i18nKey?}')
  return read.data.map(({ type = 'INFO', message, i18nKey }) => ({
    type,
    message,
    ...(i18nKey === undefined ? {} : { i18nKey }),
  }))
}

function isSaid(item: Json): boolean {
  const message = (item as { message?: Json } | null)?.message
  return message !== null && message !== undefined && message !== ''
}
