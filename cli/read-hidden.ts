import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { text as readAll } from "node:stream/consumers";

/** From a terminal one line, without showing it; else the whole of stdin, of which `exact` keeps the last line's end too. */
export async function readHidden(question: string, exact = false): Promise<string> {
  if (!process.stdin.isTTY) {
    const all = await readAll(process.stdin);
    return exact ? all : all.replace(/\r?\n$/, "");
  }
  process.stderr.write(`${question}: `);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  const typed = await lines.question("");
  lines.close();
  process.stderr.write("\n");
  return typed;
}
