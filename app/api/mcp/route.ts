import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import { assistantOf } from "@/lib/mcp/assistant";
import { type Once, serverFor } from "@/lib/mcp/server";
import { authenticate } from "@/lib/transport/authenticate";
import { onceAs } from "@/lib/transport/idempotency";
import { problem } from "@/lib/transport/problem";

export const dynamic = "force-dynamic";

/** The Model Context Protocol over HTTP. Nothing is kept between requests, so any web process answers any of them. */
async function answer(request: Request): Promise<Response> {
  try {
    const ctx = assistantOf(await authenticate(request));
    // There is nothing to listen to and no session to end: each answer comes with its request.
    if (request.method !== "POST") return new Response(null, { status: 405, headers: { allow: "POST" } });
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
    const once: Once = (key, asked, make) => (key === undefined ? make() : onceAs(ctx, key, `mcp ${asked}`, make));
    const server = serverFor(ctx, once);
    await server.connect(transport);
    try {
      return await transport.handleRequest(request);
    } finally {
      await server.close();
    }
  } catch (error) {
    return problem(error);
  }
}

export { answer as DELETE, answer as GET, answer as POST };
