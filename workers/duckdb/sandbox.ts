import { Socket } from "node:net";
import process from "node:process";
import type { FromChild, SandboxSettings, ToChild } from "@/lib/warehouses/duckdb/requests";
import { errorOf } from "./sandbox-errors";
import { openParser } from "./sandbox-open";
import { type Conversation, runStatement } from "./sandbox-statement";

/**
 * Runs people's SQL over the files that it is given, one statement at a time. What it must not do it cannot: no file but
 * the links, no network, no extension, no setting, and an address space with an end (lib/warehouses/duckdb/child.ts).
 */
const settings = JSON.parse(process.argv[2] ?? "{}") as SandboxSettings;

// Without the parent nobody wants the answer, and DuckDB's threads do not ask.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
process.on("SIGINT", () => undefined);

const rows = new Socket({ fd: 4, readable: false, writable: true });
let waiting: ((message: ToChild) => void) | null = null;

const say = (message: FromChild) => void process.send?.(message);
const ask = (message: FromChild) =>
  new Promise<ToChild>((resolve) => {
    waiting = resolve;
    say(message);
  });

const conversation: Conversation = {
  async tables(names) {
    const answer = await ask({ kind: "names", names });
    return answer.kind === "tables" ? answer.tables : [];
  },
  async columns(columns) {
    await ask({ kind: "columns", columns });
  },
  async cell(row, column, value) {
    const answer = await ask({ kind: "cell", row, column, value: Buffer.from(value) });
    return answer.kind === "cell" ? answer.text : "";
  },
  rows(csv) {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(csv.length);
    rows.write(length);
    return new Promise((resolve, reject) => rows.write(csv, (error) => (error ? reject(error) : resolve())));
  },
};

const parser = openParser();

process.on("message", (message: ToChild) => {
  if (message.kind !== "statement") {
    const next = waiting;
    waiting = null;
    next?.(message);
    return;
  }
  parser
    .then((ready) => runStatement(ready, settings, message, conversation))
    .then(
      (done) => say({ kind: "done", ...done }),
      (error: unknown) => say({ kind: "failed", error: errorOf(error, message.sql) }),
    );
});

parser.then(
  () => say({ kind: "ready" }),
  () => process.exit(1),
);
