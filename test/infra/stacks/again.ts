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

    expect(kept.map(([, { Type }]) => Type).sort()).toEqual(['AWS::ApiGateway::Account', 'AWS::IAM::Role'])
    for (const [, { Properties }] of kept)
      expect(Object.keys(Properties).filter((name) => /^(\w+)?Name$/.test(name))).toEqual([])
  })

  // The setting outlives the stack, for all APIs of the account: the role it named was gone with the stack.
  test('keeps the role by which API Gateway logs as long as the setting that names it, with its rights', () => {
    const roles = service().filter(([id]) => id.startsWith('SocketsLogRole'))

    expect(roles.map(([, { Type, DeletionPolicy }]) => [Type, DeletionPolicy])).toEqual([
      ['AWS::IAM::Role', 'Retain'],
    ])
    expect(JSON.stringify(roles[0]?.[1].Properties.Policies)).toContain('logs:PutLogEvents')
  })

  // Of each name an account has one, in whatever region the stack is: the second region could not be deployed to.
  test('names what knows no regions by its region', () => {
    const [, headers] = service().find(([, { Type }]) => Type === 'AWS::CloudFront::ResponseHeadersPolicy')!

    expect(headers.Properties.ResponseHeadersPolicyConfig).toMatchObject({
      Name: { 'Fn::Join': ['', ['prod-sluice-', { Ref: 'AWS::Region' }]] },
    })
  })
}
