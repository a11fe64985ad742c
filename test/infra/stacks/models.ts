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

  test('leaves nothing behind where there is none', () => {
    stacks().data.resourceCountIs('AWS::SecretsManager::Secret', 2)
    expect(JSON.stringify(stacks().service.toJSON())).not.toContain('SLUICE_LLM')
  })
}
