/**
 * What speaks to programs beside the REST API, by a protocol of its own: its address below /api, and what OpenAPI can say
 * of it. The protocol's own document says the rest.
 */
export const besideApi: Record<string, Record<string, object>> = {
  "/metrics": {
    get: {
      operationId: "beside.metrics",
      tags: ["beside"],
      summary: "Metrics of the whole installation, for Prometheus",
      description:
        "METRICS_TOKEN as the bearer token, or an admin's API token with the scope `metrics:read`. Prometheus' text format.",
      responses: {
        200: {
          description: "Slots, waiting, times and errors by warehouse and lane",
          content: { "text/plain": { schema: { type: "string" } } },
        },
      },
    },
  },
  "/mcp": {
    post: {
      operationId: "beside.mcp",
      tags: ["beside"],
      summary: "The Model Context Protocol, for AI assistants",
      description:
        "Streamable HTTP without sessions: one JSON-RPC 2.0 message a request, answered in it. An API token with the scope `mcp:use`, which opens nothing else.",
      requestBody: { required: true, content: { "application/json": { schema: jsonRpc() } } },
      responses: {
        200: { description: "The answer to a call", content: { "application/json": { schema: jsonRpc() } } },
        202: { description: "A notification was taken" },
      },
    },
  },
};

function jsonRpc(): object {
  return { type: "object", properties: { jsonrpc: { const: "2.0" } }, required: ["jsonrpc"] };
}
