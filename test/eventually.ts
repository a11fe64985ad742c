import { vi } from 'vitest'

/** Waits until a check holds, for as long as a machine may need that other tests keep busy. @returns what the check gives. */
export async function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return await vi.waitFor(check, { timeout: 15_000 })
}
