import { SluiceError } from "@/lib/platform/errors";
import { operations } from "./operations/registry";
import { problem } from "./problem";

const prefix = "/api/v1";
const paths = new Map<string, Set<string>>();
for (const { operation } of operations) {
  const methods = paths.get(operation.path) ?? new Set();
  paths.set(operation.path, methods.add(operation.method));
  if (operation.method === "GET") methods.add("HEAD");
}
const known = [...paths].map(([path, methods]) => ({ parts: path.split("/"), methods }));

/**
 * The problem of a request to the API that no operation has: Next would send programs a page for it, or nothing. Null
 * where one has it. `url` is the request line's, path and query.
 */
export function unrouted(method: string, url: string): Response | null {
  const [path = ""] = url.split("?", 1);
  // Next itself sends an address with a slash too many to the one without.
  if ((path !== prefix && !path.startsWith(`${prefix}/`)) || path.endsWith("/")) return null;
  const parts = path.slice(prefix.length).split("/");
  const here = known.filter(
    (one) => one.parts.length === parts.length && one.parts.every((part, at) => fits(part, parts[at])),
  );
  if (here.length === 0) {
    return problem(new SluiceError("not_found", "The API has no such address. /api/v1/openapi.json lists them all."));
  }
  // Of /tables/{id} and /tables/test the bare word is meant.
  const most = here.reduce((best, one) => (bare(one.parts) > bare(best.parts) ? one : best));
  if (method === "OPTIONS" || most.methods.has(method)) return null;
  const allow = [...most.methods].join(", ");
  const answer = problem(new SluiceError("method_not_allowed", `This address takes ${allow}.`));
  answer.headers.set("allow", allow);
  return answer;
}

const isNamed = (part: string) => part.startsWith("{");
const fits = (part: string, given: string | undefined) => (isNamed(part) ? Boolean(given) : part === given);
const bare = (parts: string[]) => parts.filter((part) => !isNamed(part)).length;
