import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Installation, until } from "./installation";

/** One request leads from the caller's trace and the answer's header to the worker's spans and log lines. */

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  attributes: { key: string; value: { stringValue?: string } }[];
  status: { code?: number };
}
interface Batch {
  resourceSpans: { resource: { attributes: Span["attributes"] }; scopeSpans: { spans: Span[] }[] }[];
}

// The home of another file, which has run or runs after this one: a new database takes longer than this.
const sluice = new Installation("two-webs");
const got: { url: string; type: string; body: string }[] = [];
let receiver: ChildProcess;

beforeAll(async () => {
  receiver = fork(path.resolve(import.meta.dirname, "../../lib/testing/otlp-server.mjs"));
  const [port] = (await once(receiver, "message")) as [number];
  receiver.on("message", (batch: (typeof got)[number]) => void got.push(batch));
  await sluice.start({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_BSP_SCHEDULE_DELAY: "200",
    LOG_LEVEL: "debug",
  });
}, 150_000);
afterAll(async () => {
  await sluice.stop();
  receiver.disconnect();
}, 30_000);

const resources = () => got.flatMap(({ body }) => (JSON.parse(body) as Batch).resourceSpans);
const spansOf = (trace: string) =>
  resources().flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans.filter(({ traceId }) => traceId === trace)),
  );
const value = ({ attributes }: { attributes: Span["attributes"] }, key: string) =>
  attributes.find((one) => one.key === key)?.value.stringValue;

async function ask(sql: string, trace: string) {
  const headers = { traceparent: `00-${trace}-00f067aa0ba902b7-01` };
  const answer = await sluice.request("POST", "executions?wait=20", { warehouse: "demo", sql }, headers);
  const { id } = (await answer.json()) as { id: string };
  const statement = await until("the statement's span", 10_000, () =>
    spansOf(trace).find(({ name }) => name === "statement"),
  );
  return { id, request: answer.headers.get("x-request-id"), statement };
}

it("traces a request from its caller to the end of its statement, and names both in every log line", async () => {
  const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  const { id, request, statement } = await ask("select 'not-for-traces' as word", trace);
  expect(value(statement, "sluice.execution")).toBe(id);
  expect(value(statement, "sluice.state")).toBe("succeeded");
  // Web sends in its own time.
  const above = await until("all above it", 10_000, () => {
    const all = spansOf(trace);
    const names = [];
    for (let at: Span | undefined = statement; at; at = all.find(({ spanId }) => spanId === at?.parentSpanId)) {
      names.push(at.name);
      if (at.parentSpanId === "00f067aa0ba902b7") return names;
    }
    return undefined;
  });
  expect(above.slice(0, 2)).toEqual(["statement", "work"]);
  expect(above.some((name) => name.includes("/api/v1/executions"))).toBe(true);
  const services = new Set(resources().map(({ resource }) => value(resource, "service.name")));
  expect([...services].sort()).toEqual(["sluice-web", "sluice-worker"]);
  expect(got.every(({ url }) => url === "/v1/traces")).toBe(true);
  expect(JSON.stringify(got)).not.toContain("not-for-traces");

  const lines = await until("lines of both", 10_000, () => {
    const about = sluice
      .said()
      .split("\n")
      .filter((line) => line.startsWith("{") && line.includes(`"${request}"`));
    const said = about.map((line) => JSON.parse(line) as Record<string, unknown>);
    return said.some(({ msg }) => msg === "answered") && said.some(({ msg }) => msg === "work is over") ? said : null;
  });
  for (const line of lines) expect(line).toMatchObject({ request, execution: id });
  expect(lines.find(({ msg }) => msg === "answered")).toMatchObject({ status: 200, path: "/api/v1/executions" });
}, 60_000);

it("marks what failed, by its code and not by its text", async () => {
  const trace = "5bf92f3577b34da6a3ce929d0e0e4736";
  const { statement } = await ask("select 1 from no_such_table", trace);
  expect(statement.status.code).toBe(2);
  expect(value(statement, "sluice.state")).toBe("failed");
  expect(JSON.stringify(statement)).not.toContain("no_such_table");
}, 60_000);
