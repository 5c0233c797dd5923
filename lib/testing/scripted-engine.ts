import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { type DockerSettings, dockerRuntime } from "@/lib/runtimes/docker/runtime";
import type { Runtime } from "@/lib/runtimes/runtime";

/**
 * `away`: a cut wire. `silent`: no answer. `unsaid`: none either, and all that listen to its events are cut off. `nothing`: one
 * that tells nothing. A number: it has ended with this exit code. `refused`: no, with this status.
 */
export type Answer =
  | "created"
  | "running"
  | "paused"
  | "fine"
  | "nothing"
  | "away"
  | "silent"
  | "unsaid"
  | number
  | { refused: number };

/** What is asked of a container, by the last part of the address; `remove` has none. */
const usual = { json: ["running"], start: ["fine"], wait: [0], stats: ["fine"], top: ["fine"], remove: ["fine"] };
type Kind = keyof typeof usual;

export type Script = Partial<Record<Kind, Answer[]>>;

/**
 * A container engine with one container, `box`, written from the public API: only such a one goes away, or forgets, at will.
 * It answers each kind of request in turn, the last answer again and again. `asked` counts the requests.
 */
export async function scriptedEngine(
  script: Script,
  patience?: DockerSettings["patience"],
): Promise<{ runtime: Runtime; asked: Record<Kind, number> }> {
  const queues = structuredClone({ ...usual, ...script }) as Record<Kind, Answer[]>;
  const asked: Record<Kind, number> = { json: 0, start: 0, wait: 0, stats: 0, top: 0, remove: 0 };
  let removed = false;
  const send = (response: ServerResponse, status: number, body: object) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  const listening = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    if (request.url?.startsWith("/events")) {
      response.writeHead(200, { "content-type": "application/json" }).flushHeaders();
      return void listening.add(response);
    }
    const [, last] = /\/containers\/box(?:\/(json|start|wait|stats|top))?(?:\?|$)/.exec(request.url ?? "") ?? [];
    const kind = (request.method === "DELETE" ? "remove" : last) as Kind | undefined;
    if (!kind || (removed && kind === "json")) return send(response, 404, { message: "not in this script" });
    asked[kind] += 1;
    const queue = queues[kind];
    const [answer = "fine"] = queue.length > 1 ? queue.splice(0, 1) : queue;
    if (answer === "unsaid") for (const one of listening) one.destroy();
    if (answer === "silent" || answer === "unsaid") return;
    if (answer === "away") return request.socket.destroy();
    if (typeof answer === "object") return send(response, answer.refused, { message: "invalid id: unknown" });
    if (kind === "wait") return send(response, 200, { StatusCode: answer });
    if (kind === "stats") return send(response, 200, answer === "nothing" ? {} : { pids_stats: { current: 1 } });
    if (kind === "remove") removed = true;
    if (kind !== "json") return send(response, kind === "start" || kind === "remove" ? 204 : 200, {});
    const [Status, ExitCode] = typeof answer === "number" ? ["exited", answer] : [answer, 0];
    const [StartedAt, FinishedAt] = ["2026-01-31T08:00:00Z", "2026-01-31T08:00:01Z"];
    return send(response, 200, {
      ...{ Id: "box", State: { Status, ExitCode, StartedAt, FinishedAt, OOMKilled: false, Error: "" } },
      ...{ Config: { Labels: { "sluice.seconds": "3600" } }, HostConfig: {} },
    });
  });
  // Else a slow machine would see wires cut that the script says nothing of.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const runtime = dockerRuntime({
    ...{ address: `tcp://127.0.0.1:${port}`, installation: "tests", network: null, accounts: null, ca: null },
    ...{ user: { uid: 1_000, gid: 1_000 }, paths: [], logBytes: 1_000_000, ...(patience ? { patience } : {}) },
  });
  return { runtime, asked };
}
