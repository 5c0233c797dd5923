import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import type { Duplex, Readable } from "node:stream";
import type { V1Job, V1Pod } from "@kubernetes/client-node";
import type Docker from "dockerode";
import { FrameReader } from "@/lib/runtimes/docker/frames";
import { ScriptedPod } from "./kubernetes-pod";
import { accept, serveExec } from "./kubernetes-wire";

/**
 * No Kubernetes: an API server that is scripted, written from the public API reference (kubernetes.io/docs/reference),
 * with a job controller and a node of its own, whose containers are those of a container engine. It knows the calls that
 * Sluice makes and no more; `npm run test:kubernetes` runs the same tests against a cluster.
 */
export class ScriptedCluster {
  readonly namespace = "stages";
  /** What the account may not, as "create jobs". */
  readonly denied = new Set<string>();
  minor = "31";
  private readonly jobs = new Map<string, V1Job>();
  private readonly pods = new Map<string, ScriptedPod>();
  private readonly watchers = new Set<(kind: string, pod: V1Pod) => void>();
  private readonly sockets = new Set<Duplex>();
  private network: Docker.Network | undefined;
  private readonly server = createServer((request, answer) => {
    this.answer(request, answer).catch((error: Error) => fail(answer, 500, error.message));
  });

  constructor(
    private readonly docker: Docker,
    private readonly image: string,
    private readonly home: string,
  ) {}

  /** Answers the file by which clients find it. */
  async start(): Promise<string> {
    this.server.on("upgrade", (request, socket, head) => {
      this.exec(request, socket, head).catch(() => socket.destroy());
    });
    this.server.on("connection", (socket) => {
      this.sockets.add(socket);
      socket.once("close", () => this.sockets.delete(socket));
    });
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    const file = path.join(this.home, "kubeconfig");
    const { port } = this.server.address() as AddressInfo;
    const named = { apiVersion: "v1", kind: "Config", "current-context": "scripted" };
    const context = { cluster: "scripted", user: "scripted", namespace: this.namespace };
    writeFileSync(
      file,
      JSON.stringify({
        ...named,
        // Without it the client speaks no plain HTTP.
        clusters: [
          { name: "scripted", cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } },
        ],
        users: [{ name: "scripted", user: { token: "none" } }],
        contexts: [{ name: "scripted", context }],
      }),
    );
    return file;
  }

  /**
   * Gives pods a network in which they reach this machine, where the worker is. What else they reach is the engine's to say:
   * the policies that a cluster has for that are not tried here. Answers the address by which they reach it.
   */
  async openNetwork(): Promise<string> {
    const before = await this.docker.listNetworks({ filters: { name: [podNetwork] } });
    for (const { Id } of before) await this.docker.getNetwork(Id).remove();
    this.network = await this.docker.createNetwork({ Name: podNetwork, Driver: "bridge", Internal: true });
    const { IPAM } = await this.network.inspect();
    const gateway = IPAM?.Config?.[0]?.Gateway;
    if (!gateway) throw new Error("the engine does not say where its pods find this machine");
    return gateway;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.pods.values()].map((pod) => pod.discard()));
    await this.network?.remove();
    this.cutWires();
    this.server.close();
  }

  /** As a proxy that is started anew: every connection breaks, in the middle of whatever it carries. */
  cutWires(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  podOf(handle: string): ScriptedPod {
    const pod = [...this.pods.values()].find(({ object }) => object.metadata?.labels?.["job-name"] === handle);
    if (!pod) throw new Error(`the job ${handle} has no pod`);
    return pod;
  }

  private async answer(request: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://scripted");
    if (pathname === "/version")
      return give(answer, { major: "1", minor: this.minor, gitVersion: `v1.${this.minor}.0` });
    if (pathname.endsWith("/selfsubjectaccessreviews")) return this.review(request, answer);
    const found = /^\/(?:api\/v1|apis\/batch\/v1)\/namespaces\/stages\/(jobs|pods)(?:\/([^/]+))?(\/log)?$/.exec(
      pathname,
    );
    const [, kind, name, log] = found ?? [];
    const does = `${request.method} ${kind ?? ""}${name ? "/one" : ""}${log ?? ""}`;
    const selector = (searchParams.get("labelSelector") ?? "").split(",").map((pair) => pair.split("="));
    const fits = ({ metadata }: V1Job | V1Pod) =>
      selector.every(([key = "", value]) => key === "" || metadata?.labels?.[key] === value);
    const job = this.jobs.get(name ?? "");
    const pod = this.pods.get(name ?? "");
    if (does === "POST jobs") return this.make(JSON.parse(await bodyOf(request)) as V1Job, answer);
    if (does === "GET jobs") return give(answer, list("JobList", [...this.jobs.values()].filter(fits)));
    if (does === "GET pods" && searchParams.get("watch")) return this.watch(answer, fits);
    if (does === "GET pods")
      return give(answer, list("PodList", [...this.pods.values()].map(({ object }) => object).filter(fits)));
    if (kind === "jobs" && !job) return fail(answer, 404, `jobs.batch "${name}" not found`);
    if (kind === "pods" && !pod) return fail(answer, 404, `pods "${name}" not found`);
    if (does === "GET jobs/one" && job) return give(answer, job);
    if (does === "GET pods/one" && pod) return give(answer, pod.object);
    if (does === "GET pods/one/log" && pod) return this.log(pod, searchParams, answer);
    if (does === "PATCH jobs/one" && job) return this.patch(job, JSON.parse(await bodyOf(request)) as V1Job, answer);
    if (does === "DELETE jobs/one" && job) return this.deleteJob(job, answer);
    if (does === "DELETE pods/one" && pod) {
      const { gracePeriodSeconds = 30 } = JSON.parse((await bodyOf(request)) || "{}") as {
        gracePeriodSeconds?: number;
      };
      void pod.remove(Number(searchParams.get("gracePeriodSeconds") ?? gracePeriodSeconds));
      return give(answer, pod.object);
    }
    fail(answer, 404, `the scripted cluster does not know ${request.method} ${pathname}`);
  }

  private async review(request: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { spec } = JSON.parse(await bodyOf(request));
    const { verb, resource, subresource } = spec.resourceAttributes;
    const asked = `${verb} ${resource}${subresource ? `/${subresource}` : ""}`;
    give(answer, { spec, status: { allowed: !this.denied.has(asked) } });
  }

  private make(job: V1Job, answer: ServerResponse): void {
    const name = job.metadata?.name ?? "";
    if (this.jobs.has(name)) {
      fail(answer, 409, `jobs.batch "${name}" already exists`);
      return;
    }
    const { template } = job.spec ?? {};
    if (template?.metadata) template.metadata.labels = { ...template.metadata.labels, "job-name": name };
    this.jobs.set(name, { ...job, status: {} });
    this.control(name);
    give(answer, job, 201);
  }

  private patch(job: V1Job, changes: V1Job, answer: ServerResponse): void {
    if (job.spec) Object.assign(job.spec, changes.spec);
    this.control(job.metadata?.name ?? "");
    give(answer, job);
  }

  private deleteJob(job: V1Job, answer: ServerResponse): void {
    const name = job.metadata?.name ?? "";
    this.jobs.delete(name);
    for (const pod of this.pods.values())
      if (pod.object.metadata?.labels?.["job-name"] === name)
        void pod.remove(pod.object.spec?.terminationGracePeriodSeconds ?? 30);
    give(answer, { kind: "Status", status: "Success" });
  }

  /** What a job controller does of a job that is neither retried nor restarted. */
  private control(name: string): void {
    const job = this.jobs.get(name);
    if (!job || job.spec?.suspend || job.status?.startTime) return;
    job.status = { startTime: new Date(), active: 1 };
    const node = { docker: this.docker, image: this.image, home: this.home, network: this.network?.id ?? "none" };
    const pod = new ScriptedPod(node, job, (kind) => {
      if (kind === "DELETED") this.pods.delete(pod.name);
      const { phase } = pod.object.status ?? {};
      const over = phase === "Succeeded" || phase === "Failed";
      if (over || pod.object.metadata?.deletionTimestamp)
        job.status = { ...job.status, active: 0, ...(phase === "Succeeded" ? { succeeded: 1 } : { failed: 1 }) };
      for (const tell of this.watchers) tell(kind, pod.object);
    });
    this.pods.set(pod.name, pod);
    for (const tell of this.watchers) tell("ADDED", pod.object);
    pod.run().catch((error: Error) => process.stderr.write(`scripted pod ${pod.name}: ${error.message}\n`));
  }

  private watch(answer: ServerResponse, fits: (pod: V1Pod) => boolean): void {
    const tell = (type: string, object: V1Pod) => {
      if (fits(object)) answer.write(`${JSON.stringify({ type, object })}\n`);
    };
    answer.writeHead(200, { "content-type": "application/json" });
    answer.flushHeaders();
    for (const { object } of this.pods.values()) tell("ADDED", object);
    this.watchers.add(tell);
    answer.once("close", () => this.watchers.delete(tell));
  }

  /** Both streams as one, a time before each line. */
  private async log(pod: ScriptedPod, query: URLSearchParams, answer: ServerResponse): Promise<void> {
    const container = pod.containerOf(query.get("container") ?? "");
    const state = pod.stateOf(query.get("container") ?? "");
    if (!container || state.waiting) return fail(answer, 400, "the container is waiting to start");
    const since = query.get("sinceTime");
    const stream = (await container.logs({
      ...{ stdout: true, stderr: true, timestamps: true, follow: true },
      ...(since ? { since: Math.floor(Date.parse(since) / 1_000) } : {}),
    })) as unknown as Readable;
    const left = new AbortController();
    answer.once("close", () => {
      left.abort();
      stream.destroy();
    });
    answer.writeHead(200, { "content-type": "text/plain" });
    answer.flushHeaders();
    const frames = new FrameReader();
    let whole = true;
    try {
      for await (const bytes of stream as AsyncIterable<Buffer>) {
        const parts: Buffer[] = [];
        for (const { at, bytes: text } of frames.push(bytes)) {
          // A node writes times without the zeros at their end.
          if (whole) parts.push(Buffer.from(`${at.replace(/\.?0+Z$/, "Z")} `));
          parts.push(text);
          whole = text.at(-1) === 0x0a;
        }
        if (!answer.write(Buffer.concat(parts))) await once(answer, "drain", { signal: left.signal });
      }
    } catch {
      // Who reads has left.
    }
    answer.end();
  }

  private async exec(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://scripted");
    const pod = this.pods.get(/\/pods\/([^/]+)\/exec$/.exec(pathname)?.[1] ?? "");
    const container = pod?.containerOf(searchParams.get("container") ?? "");
    if (!container) return void socket.end("HTTP/1.1 404 Not Found\r\n\r\n");
    accept(request, socket);
    await serveExec(socket, head, container, searchParams.getAll("command"));
  }
}

const podNetwork = "sluice-test-pods";

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}

const list = (kind: string, items: unknown[]) => ({ kind, apiVersion: "v1", metadata: {}, items });

function give(answer: ServerResponse, body: unknown, status = 200): void {
  answer.writeHead(status, { "content-type": "application/json" });
  answer.end(JSON.stringify(body));
}

function fail(answer: ServerResponse, code: number, message: string): void {
  if (answer.headersSent) return void answer.destroy();
  give(answer, { kind: "Status", apiVersion: "v1", status: "Failure", message, code }, code);
}
