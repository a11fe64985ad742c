import { expect, test } from 'vitest'
import type { Stacks } from './open-stacks.ts'

/** What functions and machines are allowed, besides what each function calls. */
export function permissions(stacks: () => Stacks): void {
  test('tells the function that runs scripts nothing, and lets it write its log and nothing else', () => {
    const [script] = Object.values(stacks().service.findResources('AWS::Lambda::Function')).filter(
      ({ Properties }) => Properties.FunctionName === 'prod-sluice-script',
    )
    const policies = Object.values(stacks().service.findResources('AWS::IAM::Policy')).filter(
      ({ Properties }) => JSON.stringify(Properties.Roles).includes(script?.Properties.Role['Fn::GetAtt'][0]),
    )
    const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement)

    expect(script?.Properties.Environment.Variables).toEqual({ NODE_OPTIONS: '--enable-source-maps' })
    expect(script?.Properties).not.toHaveProperty('DeadLetterConfig')
    expect(statements.flatMap(({ Action }) => Action)).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents'])
    expect(JSON.stringify(statements.map(({ Resource }) => Resource))).toMatch(/ScriptLog/)
  })

  // Machines hold its ARN for as long as their versions: under a name that CloudFormation chose, whatever was published
  // before the stack was removed could not run after it was deployed again.
  test('gives machines a role that has the same name whenever the stack is made', () => {
    stacks().service.hasResourceProperties('AWS::IAM::Role', {
      RoleName: { 'Fn::Join': ['', ['prod-sluice-machines-', { Ref: 'AWS::Region' }]] },
    })
  })

  test('lets machines invoke the step and script functions and nothing else', () => {
    const policies = Object.values(stacks().service.findResources('AWS::IAM::Policy'))
    const machine = policies.find((policy) => JSON.stringify(policy.Properties.Roles).includes('MachineRole'))
    const statements: { Action: string; Resource: unknown }[] =
      machine?.Properties.PolicyDocument.Statement ?? []
    const invokes = statements.filter(({ Action }) => Action === 'lambda:InvokeFunction')

    expect(invokes).toHaveLength(1)
    expect(
      JSON.stringify(invokes[0]?.Resource)
        .match(/:function:[^"]*/g)
        ?.sort(),
    ).toEqual([':function:prod-sluice-script', ':function:prod-sluice-step'])
  })

  test('lets the functions reach files and outputs of runs, and no other object of the bucket', () => {
    const statements = Object.values(stacks().service.findResources('AWS::IAM::Policy')).flatMap(
      (policy) =>
        policy.Properties.PolicyDocument.Statement as { Action: string | string[]; Resource: unknown }[],
    )
    const onObjects = statements.filter(({ Action }) =>
      [Action].flat().some((action) => /^s3:(Get|Put|Delete)/.test(action)),
    )

    expect(onObjects.length).toBeGreaterThan(0)
    for (const { Resource } of onObjects)
      for (const resource of [Resource].flat())
        expect(JSON.stringify(resource)).toMatch(/"\/(files|runs)\/\*"\]\]\}$/)
  })

  test('has no wildcard action and no wildcard resource beyond log delivery, traces and the stage’s machines', () => {
    const statements = Object.values(stacks().service.findResources('AWS::IAM::Policy')).flatMap(
      (policy) =>
        policy.Properties.PolicyDocument.Statement as { Action: string | string[]; Resource: unknown }[],
    )
    const actions = statements.flatMap(({ Action }) => Action)
    const open = statements.filter(({ Resource }) => Resource === '*').flatMap(({ Action }) => Action)

    expect(actions.filter((action) => action.includes('*'))).toEqual([])
    expect([...new Set(open.filter((action) => !/^(xray|logs):/.test(action)))]).toEqual([
      // AWS knows no other resource for them.
      'states:ListStateMachines',
      'scheduler:ListSchedules',
    ])
  })
}
