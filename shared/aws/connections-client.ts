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
  return new ApiGatewayManagementApiClient({ requestHandler: patience, ...config })
}

/** One connection that hangs must not hold up the others, in milliseconds. */
const patience = { connectionTimeout: 2000, requestTimeout: 5000, throwOnRequestTimeout: true }
