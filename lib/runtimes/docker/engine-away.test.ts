import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { dockerRuntime } from "./runtime";

/**
 * An engine that goes away at the worst moment, as a scripted peer written from the Docker Engine's public API: only such a
 * one does it at will. Real ones are killed in workers/engine-killed.series.docker.test.ts.
 */

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

type Answer = "created" | "running" | "away" | number;

/** Answers each kind of request in turn, the last again and again; a number is an exit code, and `away` a cut wire. */
async function engine(script: { json: Answer[]; start?: Answer[]; wait?: Answer[] }) {
  const queues: Record<string, Answer[]> = { start: ["running"], wait: [0], ...script };
  const send = (response: ServerResponse, status: number, body: object) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  server = createServer((request, response) => {
    const kind = /\/containers\/box\/(json|start|wait)/.exec(request.url ?? "")?.[1];
    const queue = kind ? queues[kind] : undefined;
    if (!queue) return send(response, 404, { message: "not in this script" });
    const [answer = 0] = queue.length > 1 ? queue.splice(0, 1) : queue;
    if (answer === "away") return request.socket.destroy();
    if (kind === "start") return send(response, 204, {});
    if (kind === "wait") return send(response, 200, { StatusCode: answer });
    const [Status, ExitCode] = typeof answer === "number" ? ["exited", answer] : [answer, 0];
    const [StartedAt, FinishedAt] = ["2026-01-31T08:00:00Z", "2026-01-31T08:00:01Z"];
    return send(response, 200, {
      ...{ Id: "box", State: { Status, ExitCode, StartedAt, FinishedAt, OOMKilled: false, Error: "" } },
      ...{ Config: { Labels: { "sluice.seconds": "3600" } }, HostConfig: {} },
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return dockerRuntime({
    ...{ address: `tcp://127.0.0.1:${port}`, installation: "tests", network: null, accounts: null, ca: null },
    ...{ user: { uid: 1_000, gid: 1_000 }, paths: [], logBytes: 1_000_000 },
  });
}

const theirs = { code: 255, platform: null };
const unseen = { code: 255, platform: expect.stringContaining("The engine was away when the container ended") };

it("takes 255 for the program's own where the engine was there all the time", async () => {
  const docker = await engine({ json: ["created", "running", 255] });
  await docker.start("box");
  expect(await docker.wait("box")).toMatchObject(theirs);
});

it("does not where the engine went away while the program ran", async () => {
  const docker = await engine({ json: ["created", "running", "away", 255], wait: ["away"] });
  await docker.start("box");
  expect(await docker.wait("box")).toMatchObject(unseen);
});

it("does not where the engine went away at its start", async () => {
  const docker = await engine({ json: ["created", 255], start: ["away"] });
  await docker.start("box");
  expect(await docker.wait("box")).toMatchObject(unseen);
});

it("takes every other code for the program's own, also after an absence", async () => {
  const docker = await engine({ json: ["created", "away", "running", 3], wait: ["away"] });
  await docker.start("box");
  expect(await docker.wait("box")).toMatchObject({ code: 3, platform: null });
});
