import { randomBytes } from "node:crypto";
import { watch } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text as readAll } from "node:stream/consumers";
import { z } from "zod";
import { Failure } from "../failure";
import { pageHtml, type Shown, seenHtml } from "./dev-page";
import { problemText, readOperator } from "./folder";
import { formHtml } from "./form-page";
import { runOperator } from "./run-operator";
import { readTry } from "./try-file";

interface Dev {
  folder: string;
  /** The file that it is tried with. */
  file: string | undefined;
  container: boolean;
  port: number;
}

const valuesSchema = z.record(z.string(), z.json());
/** Editors write a file in several steps. */
const settleMs = 200;

/** Serves the form on this machine alone, and runs the operator at each change, until the signal. */
export async function serveOperator(dev: Dev, signal: AbortSignal): Promise<void> {
  const shown: Shown = { number: 0, running: false, manifest: null, params: {}, tried: null, failure: null };
  /** What the form says in place of the file, until the file changes. */
  let typed: Record<string, z.core.util.JSONType> | null = null;
  let wanted = 0;

  async function run(): Promise<void> {
    wanted += 1;
    if (shown.running) return;
    shown.running = true;
    for (let done = 0; done !== wanted && !signal.aborted; ) {
      done = wanted;
      shown.number += 1;
      try {
        const read = readOperator(dev.folder);
        if ("problems" in read) throw new Failure(problemText(read.problems));
        const asked = readTry(dev.file);
        shown.manifest = read.manifest;
        shown.params = typed ?? asked.params;
        const say = (stream: "stdout" | "stderr", text: string) => void process[stream].write(text);
        const way = { folder: dev.folder, manifest: read.manifest, container: dev.container, signal, say };
        shown.tried = await runOperator(way, { ...asked, params: typed ?? asked.params });
        shown.failure = null;
        process.stderr.write(`Exit code ${shown.tried.code}. ${shown.tried.problems.join(" ")}\n`);
      } catch (error) {
        if (signal.aborted) break;
        shown.failure = (error as Error).message;
        process.stderr.write(`${shown.failure}\n`);
      }
    }
    shown.running = false;
    shown.number += 1;
  }

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    // Other sites' pages reach this machine too: they know neither this name nor may they send this header.
    const own = [`127.0.0.1:${dev.port}`, `localhost:${dev.port}`].includes(request.headers.host ?? "");
    const { pathname } = new URL(request.url ?? "/", "http://here");
    const post = request.method === "POST";
    if (!own || (post && request.headers["x-sluice"] !== "1")) return void response.writeHead(403).end();
    if (post) {
      const values = valuesSchema.parse(JSON.parse(await readAll(request)));
      if (pathname === "/form") return void response.end(shown.manifest ? formHtml(shown.manifest, values) : "");
      if (pathname !== "/run") return void response.writeHead(404).end();
      typed = values;
      void run();
      return void response.writeHead(202).end();
    }
    if (pathname === "/seen") {
      const fields = typed === null && shown.manifest ? formHtml(shown.manifest, shown.params) : null;
      return void response.end(JSON.stringify({ number: shown.number, seen: seenHtml(shown), fields }));
    }
    if (pathname !== "/") return void response.writeHead(404).end();
    const nonce = randomBytes(16).toString("base64");
    response.setHeader(
      "content-security-policy",
      `default-src 'none'; connect-src 'self'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'`,
    );
    response.setHeader("content-type", "text/html; charset=utf-8");
    return void response.end(pageHtml(shown, nonce));
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => response.writeHead(400).end(error.message));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(dev.port, "127.0.0.1", resolve);
  }).catch((error: Error) => {
    throw new Failure(`Port ${dev.port} cannot be used: ${error.message}. Name another with --port.`);
  });
  process.stderr.write(`The form: http://127.0.0.1:${dev.port}\n`);
  await run();

  let settling: NodeJS.Timeout | undefined;
  const changed = () => {
    // What the build makes itself is no change.
    if (shown.running) return;
    clearTimeout(settling);
    settling = setTimeout(() => void run(), settleMs);
  };
  const watches = [watch(dev.folder, { recursive: true }, changed)];
  if (dev.file !== undefined)
    watches.push(
      watch(dev.file, () => {
        typed = null;
        changed();
      }),
    );
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  clearTimeout(settling);
  for (const one of watches) one.close();
  server.closeAllConnections();
  server.close();
}
