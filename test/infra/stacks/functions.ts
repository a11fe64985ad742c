import { expect, test } from 'vitest'
import { doors } from '../../../infra/doors.ts'
import type { Stacks } from './open-stacks.ts'

/** What all functions have in common. */
export function functions(stacks: () => Stacks): void {
  test('runs every function on Node 24, arm64, with its own log of limited life', () => {
    stacks().service.resourceCountIs('AWS::Lambda::Function', doors.length)
    stacks().service.allResourcesProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
    })
    stacks().service.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 180 })
  })

  test('traces every function but the one that runs scripts', () => {
    const traced = Object.values(stacks().service.findResources('AWS::Lambda::Function')).filter(
      ({ Properties }) => Properties.TracingConfig?.Mode === 'Active',
    )

    expect(traced).toHaveLength(doors.length - 1)
    expect(traced.map(({ Properties }) => Properties.FunctionName)).not.toContain('prod-sluice-script')
  })

  test('gives the functions that machines call the names that they call', () => {
    stacks().service.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'prod-sluice-step',
      Timeout: 120,
    })
    stacks().service.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'prod-sluice-script',
      Timeout: 10,
    })
  })
}
