import { mkdtempSync, rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Pipe } from "./pipe";

let folder: string;
let pipe: Pipe;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "pipe-"));
  vi.stubEnv("SLUICE_OUT", folder);
  pipe = await Pipe.make();
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

test("who reads has all of it once it is finished, also what is written in two goes", async () => {
  const { stream, finish } = pipe.read();
  const read = text(stream);
  for (const part of ["one ", "two"]) await writeFile(pipe.file, part);
  finish();
  expect(await read).toBe("one two");
});

test("who writes is waited for to the end where nobody reads any more, whenever it opens the pipe", async () => {
  const { stream } = pipe.read();
  const closed = new Promise((resolve) => stream.once("close", resolve));
  stream.destroy();
  await closed;
  // More than the pipe holds.
  const written = writeFile(pipe.file, Buffer.alloc(1 << 20));
  await pipe.drain(written);
  await expect(written).resolves.toBeUndefined();
});

test("who has opened it for reading is written to, and nobody is waited for who gave up", async () => {
  const read = readFile(pipe.file, "utf8");
  const stream = await pipe.write(new AbortController().signal);
  stream.end("all of it");
  expect(await read).toBe("all of it");
  const gaveUp = new AbortController();
  const waits = pipe.write(gaveUp.signal);
  gaveUp.abort(new Error("gave up"));
  await expect(waits).rejects.toThrow("gave up");
});
