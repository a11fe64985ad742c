import { expect, test } from 'vitest'
import type { Stacks } from './open-stacks.ts'

/** What a stage leaves behind, and what stands in the way of another. */
export function again(stacks: () => Stacks): void {
  const service = () => Object.entries(stacks().service.toJSON().Resources as Record<string, Resource>)
  interface Resource {
    Type: string
    DeletionPolicy?: string
    Properties: Record<string, unknown>
  }

  // CDK retains groups of schedules unless it is told otherwise: a stage that had been removed could not be deployed
  // again, since its group was there already.
  test('keeps nothing under a name that the stage would take again when it is deployed anew', () => {
    const kept = service().filter(([, { DeletionPolicy }]) => DeletionPolicy?.startsWith('Retain'))

    expect(kept.map(([, { Type }]) => Type).sort()).toEqual(['AWS::ApiGateway::Account'])
    for (const [, { Properties }] of kept)
      expect(Object.keys(Properties).filter((name) => /^(\w+)?Name$/.test(name))).toEqual([])
  })
}
