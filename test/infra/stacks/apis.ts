import { Match } from 'aws-cdk-lib/assertions'
import { expect, test } from 'vitest'
import { routes } from '../../../shared/faces/index.ts'
import type { Stacks } from './open-stacks.ts'

/** The HTTP API, and the one of WebSockets. */
export function apis(stacks: () => Stacks): void {
  /** The routes of the API that speaks a protocol. */
  function routesOf(protocol: 'HTTP' | 'WEBSOCKET') {
    const apis = stacks().service.findResources('AWS::ApiGatewayV2::Api', {
      Properties: { ProtocolType: protocol },
    })
    return Object.values(stacks().service.findResources('AWS::ApiGatewayV2::Route')).filter(
      ({ Properties }) => Properties.ApiId.Ref in apis,
    )
  }

  test('has exactly the routes of the route table, HEAD beside every GET, and the default', () => {
    const keys = routesOf('HTTP').map((route) => route.Properties.RouteKey as string)
    const expected = routes.flatMap(({ method, path }) =>
      method === 'GET' ? [`GET ${path}`, `HEAD ${path}`] : [`${method} ${path}`],
    )

    expect(keys.sort()).toEqual([...expected, '$default'].sort())
  })

  test('sends each route to the function of its face', () => {
    const integrations = stacks().service.findResources('AWS::ApiGatewayV2::Integration')
    const targetOf = (route: { Target: { 'Fn::Join': [string, [string, { Ref: string }]] } }) =>
      JSON.stringify(integrations[route.Target['Fn::Join'][1][1].Ref]?.Properties.IntegrationUri)
    for (const route of routesOf('HTTP')) {
      const key = route.Properties.RouteKey as string
      const face =
        routes.find(({ method, path }) => key.replace('HEAD', 'GET') === `${method} ${path}`)?.face ?? 'own'
      expect(targetOf(route.Properties as never)).toContain(
        `${face.charAt(0).toUpperCase()}${face.slice(1)}Function`,
      )
    }
  })

  test('sends handshakes, texts and goodbyes of the WebSocket API to one function, which may answer texts', () => {
    const found = routesOf('WEBSOCKET').map(({ Properties }) => [
      Properties.RouteKey,
      Properties.RouteResponseSelectionExpression,
    ])

    expect(found.sort()).toEqual([
      ['$connect', undefined],
      ['$default', '$default'],
      ['$disconnect', undefined],
    ])
    stacks().service.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: 'prod',
      DefaultRouteSettings: Match.objectLike({ ThrottlingRateLimit: 2000, ThrottlingBurstLimit: 4000 }),
      AccessLogSettings: Match.objectLike({ Format: Match.stringLikeRegexp('connectionId') }),
    })
  })

  test('lets one function manage connections, those of its stage alone, and tells it where they are', () => {
    const managing = Object.values(stacks().service.findResources('AWS::IAM::Policy')).filter((policy) =>
      JSON.stringify(policy).includes('execute-api:ManageConnections'),
    )
    const functions = stacks().service.findResources('AWS::Lambda::Function', {
      Properties: {
        Environment: { Variables: { AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: Match.anyValue() } },
      },
    })

    expect(managing).toHaveLength(1)
    expect(JSON.stringify(managing[0])).toContain('/prod/POST/@connections/*')
    expect(Object.keys(functions).some((id) => id.startsWith('Changed'))).toBe(true)
  })
}
