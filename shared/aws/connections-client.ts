import {
  ApiGatewayManagementApiClient,
  type ApiGatewayManagementApiClientConfig,
} from '@aws-sdk/client-apigatewaymanagementapi'

/**
 * In a file of its own, so that it is read from disk when it is needed. Where the stage's connections are is told by
 * `AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI`: of all clients this one has no default.
 */
export function makeConnectionsClient(
  config: ApiGatewayManagementApiClientConfig,
): ApiGatewayManagementApiClient {
  return new ApiGatewayManagementApiClient(config)
}
