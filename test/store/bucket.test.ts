import { expect, test } from 'vitest'
import * as z from 'zod'
import { settingsSchema } from '../../shared/definitions/header-schema.ts'
import { bucketShape } from '../../shared/store/bucket.ts'

/** How long a run may be open. */
const longestRunDays = 365

// Large outputs went after 400 days, whatever retention the organisation or the flow had: their records stood without them.
test('the bucket takes nothing away that the record of a run may still speak of', () => {
  const { properties } = z.toJSONSchema(settingsSchema, { io: 'input', unrepresentable: 'any' })
  const { maximum = 0 } = (properties?.retentionDays ?? {}) as { maximum?: number }

  expect(maximum).toBe(3650)
  for (const days of Object.values(bucketShape.keptDays))
    expect(days).toBeGreaterThan(longestRunDays + maximum)
})
