import { Match } from 'aws-cdk-lib/assertions'
import { beforeAll, expect, test } from 'vitest'
import { type Stacks, synthesize } from './open-stacks.ts'

/** What a name of the deployment's own adds. */
export function domain(stacks: () => Stacks): void {
  let named: Pick<Stacks, 'service'>
  beforeAll(() => {
    named = synthesize(stacks().folder, 'domain.out', {
      ...{ stage: 'prod', domainName: 'flows.example.com' },
      certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/0b9e',
    })
  })

  test('is the address, and of the distribution', () => {
    named.service.hasOutput('Address', { Value: 'https://flows.example.com' })
    named.service.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: { Aliases: ['flows.example.com'], ViewerCertificate: Match.anyValue() },
    })
  })

  // Nothing said it: who had deployed looked for the distribution in the console.
  test('comes with what its DNS record must lead to', () => {
    const isOfDistribution = Match.objectLike({
      'Fn::GetAtt': [Match.stringLikeRegexp('Front'), 'DomainName'],
    })
    named.service.hasOutput('DnsTarget', { Value: isOfDistribution })
    expect(stacks().service.findOutputs('DnsTarget')).toEqual({})
  })
}
