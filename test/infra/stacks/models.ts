import { Match } from 'aws-cdk-lib/assertions'
import { beforeAll, expect, test } from 'vitest'
import { type Stacks, synthesize } from './open-stacks.ts'

/** What a provider of models adds. */
export function models(stacks: () => Stacks): void {
  let withModels: Pick<Stacks, 'data' | 'service'>
  beforeAll(() => {
    withModels = synthesize(stacks().folder, 'models.out', {
      ...{ stage: 'prod', llmBaseUrl: 'https://models.example.com/v1', llmModel: 'small' },
      ...{ alarmEmail: 'ops@example.com', waf: 'true' },
    })
  })

  test('has a secret for its key, which only the functions that ask models may read', () => {
    const ids = Object.keys(withModels.data.findResources('AWS::SecretsManager::Secret'))
    const key = ids.find((id) => id.startsWith('KeysModel'))
    const readers = Object.entries(withModels.service.findResources('AWS::IAM::Policy'))
      .filter(([, policy]) => JSON.stringify(policy).includes(`${key}`))
      .map(([id]) => id.replace(/RoleDefaultPolicy.*/, ''))

    expect(ids).toHaveLength(3)
    expect(readers.sort()).toEqual(['Dashboard', 'Step'])
    withModels.service.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'prod-sluice-step',
      Environment: {
        Variables: Match.objectLike({
          SLUICE_LLM_BASE_URL: 'https://models.example.com/v1',
          SLUICE_LLM_MODEL: 'small',
        }),
      },
    })
  })

  test('tells the functions nothing where there is none, and lets none of them read the key', () => {
    expect(JSON.stringify(stacks().service.toJSON())).not.toMatch(/SLUICE_LLM|KeysModel/)
  })

  // The key was part of the choice: a deployment that did not name the provider again could not be made, since functions
  // still read what the data stack was about to take away.
  test('can be named and left out again: the data stack has the same with and without', () => {
    const offered = ({ data }: Pick<Stacks, 'data'>) => [
      Object.keys(data.toJSON().Resources).sort(),
      data.toJSON().Outputs,
    ]

    expect(offered(withModels)).toEqual(offered(stacks()))
  })
}
