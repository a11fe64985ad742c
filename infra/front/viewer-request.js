// Runs at the edge before anything else (CloudFront Functions, runtime 2.0: no imports, no exports).
// SOCKET_STAGE is put in at synthesis (infra/constructs/front.ts).

/** Says who calls, and leads the seed's WebSocket path to the one path that a WebSocket API has. */
// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it by this name
function handler(event) {
  const request = event.request
  // What the caller says of itself is overwritten.
  request.headers['sluice-viewer-address'] = { value: event.viewer.ip }
  const run = /^\/ws\/executions\/([^/]+)$/.exec(request.uri)
  if (run !== null) {
    request.uri = '/SOCKET_STAGE'
    request.querystring.execution_id = { value: run[1] }
  }
  return request
}
