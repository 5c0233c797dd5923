import { PassThrough, type Readable, type Writable } from "node:stream";
import type { V1Status } from "@kubernetes/client-node";
import { WebSocketHandler } from "@kubernetes/client-node/dist/web-socket-handler.js";
import { z } from "zod";
import type { Cluster } from "./cluster";

/** Of the remote command protocol: the first byte of each message (Kubernetes: `pods/exec`, v5.channel.k8s.io). */
const channel = { stdin: 0, stdout: 1, stderr: 2, status: 3, close: 255 };
/** The first that can end a program's input without ending the conversation. */
const wanted = "v5.channel.k8s.io";
const keptWords = 4_096;

/** What we use of the wire that the client opens; it is of the package `ws`, which brings no types. */
interface Wire {
  protocol: string;
  send(bytes: Buffer, done: (error?: Error) => void): void;
  pause(): void;
  resume(): void;
  close(): void;
  terminate(): void;
  addEventListener(name: "close" | "error", tell: () => void): void;
}

export interface Command {
  pod: string;
  container: string;
  command: string[];
  stdin?: Readable;
  stdout?: Writable;
}

const exitCause = z.object({ reason: z.literal("ExitCode"), message: z.coerce.number() });

function codeOf(status: V1Status): number {
  if (status.status === "Success") return 0;
  const causes: unknown[] = status.details?.causes ?? [];
  const found = causes.map((cause) => exitCause.safeParse(cause)).find(({ success }) => success);
  if (found?.data) return found.data.message;
  throw new Error(status.message ?? "the cluster does not say how the command ended");
}

/**
 * Runs a command in a container and passes on what it reads and prints, no faster than the other side takes it: the
 * client's own `Exec` keeps in memory what a wire does not take.
 * @throws Error when the wire was cut before the end, or the command ended with another code than 0
 */
export async function execIn(cluster: Cluster, { pod, container, command, stdin, stdout }: Command): Promise<void> {
  const query = new URLSearchParams({
    container,
    stdin: String(!!stdin),
    stdout: "true",
    stderr: "true",
    tty: "false",
  });
  for (const word of command) query.append("command", word);
  let words = "";
  let wire: Wire | undefined;
  let ended: (status: V1Status) => void = () => undefined;
  const status = new Promise<V1Status>((resolve) => {
    ended = resolve;
  });
  const take = (stream: number, bytes: Buffer): boolean => {
    if (stream === channel.status) ended(JSON.parse(bytes.toString("utf8")) as V1Status);
    else if (stream === channel.stderr) words = (words + bytes.toString("utf8")).slice(-keptWords);
    else if (stream === channel.stdout && stdout && !stdout.write(bytes)) {
      wire?.pause();
      stdout.once("drain", () => wire?.resume());
    }
    return true;
  };
  // Streams of its own, which it may end; without them it would take this process's.
  const unused = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  const handler = new WebSocketHandler(cluster.config, undefined, unused);
  const path = `/api/v1/namespaces/${cluster.namespace}/pods/${pod}/exec?${query}`;
  const open = (await handler.connect(path, null, take)) as unknown as Wire;
  wire = open;
  const cut = new Promise<never>((_, reject) => {
    for (const name of ["close", "error"] as const)
      open.addEventListener(name, () => reject(new Error("the connection into the pod was cut")));
  });
  cut.catch(() => undefined);
  try {
    if (stdin && open.protocol !== wanted)
      throw new Error("the cluster cannot end a command's input. Update it to Kubernetes 1.30 or newer");
    const sent = stdin ? send(open, stdin) : Promise.resolve();
    sent.catch(() => undefined);
    const code = codeOf(await Promise.race([status, cut, sent.then(() => status)]));
    if (code !== 0) throw new Error(`${words.trim() || "a command in the pod failed"} (exit code ${code})`);
  } finally {
    stdin?.destroy();
    open.terminate();
  }
}

async function send(wire: Wire, stdin: Readable): Promise<void> {
  const put = (bytes: Buffer) =>
    new Promise<void>((resolve, reject) => wire.send(bytes, (error) => (error ? reject(error) : resolve())));
  for await (const bytes of stdin as AsyncIterable<Buffer>)
    await put(Buffer.concat([Buffer.from([channel.stdin]), bytes]));
  await put(Buffer.from([channel.close, channel.stdin]));
}
