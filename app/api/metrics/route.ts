import { allow } from "@/lib/access/policy";
import { isMetricsToken } from "@/lib/metrics/may-read";
import { metricsText, metricsType } from "@/lib/metrics/metrics";
import { authenticate } from "@/lib/transport/authenticate";
import { problem } from "@/lib/transport/problem";

export const dynamic = "force-dynamic";

/** For a scraper with METRICS_TOKEN, or an admin's token with the scope metrics:read. Nobody is let in for where they are. */
export async function GET(request: Request): Promise<Response> {
  try {
    if (!isMetricsToken(request.headers.get("authorization"))) allow(await authenticate(request), "metrics.read");
    return new Response(await metricsText(), { headers: { "content-type": metricsType, "cache-control": "no-store" } });
  } catch (error) {
    return problem(error);
  }
}
