import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { localStore } from "./local";
import { s3Store } from "./s3";
import type { Store } from "./store";

const folder = mkdtempSync(path.join(os.tmpdir(), "sluice-store-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const noServer = "python3 with venv and PyPI are needed for moto_server";

function contract(open: () => Store | undefined): void {
  it("puts, reads, lists and removes", async (context) => {
    const store = open();
    if (!store) return context.skip(noServer);
    await store.check();
    expect(await store.put("a/b/1", Buffer.from("one"))).toEqual({ bytes: 3 });
    expect(await store.put("a/b/2", Readable.from([Buffer.alloc(6 << 20, 1), Buffer.alloc(6 << 20, 2)]))).toEqual({
      bytes: 12 << 20,
    });
    const file = path.join(folder, "upload");
    writeFileSync(file, "from a file");
    expect(await store.putFile("a/bc", file)).toEqual({ bytes: 11 });
    expect((await buffer(await store.get("a/b/2"))).length).toBe(12 << 20);
    const [first, second] = await Promise.all([store.local("a/bc"), store.local("a/bc")]);
    expect([readFileSync(first, "utf8"), second]).toEqual(["from a file", first]);
    await store.remove("a/b");
    const left: string[] = [];
    for await (const { key, bytes } of store.list("a")) left.push(`${key} ${bytes}`);
    expect(left).toEqual(["a/bc 11"]);
    await store.remove("a/none");
    await expect(store.get("a/b/1")).rejects.toThrow();
  });
}

describe("folder", () => {
  contract(() => localStore(path.join(folder, "local")));

  it("never leaves its folder", async () => {
    await expect(localStore(path.join(folder, "local")).put("../out", Buffer.from("x"))).rejects.toThrow(
      "leaves the store",
    );
  });
});

function motoServer(): string | null {
  const venv = path.resolve(".sluice-test", "moto");
  const binary = path.join(venv, "bin", "moto_server");
  if (existsSync(binary)) return binary;
  if (spawnSync("python3", ["-m", "venv", venv]).status !== 0) return null;
  spawnSync(path.join(venv, "bin", "pip"), ["install", "-q", "moto[server]==5.2.5"], { timeout: 150_000 });
  return existsSync(binary) ? binary : null;
}

describe("S3", () => {
  let server: ChildProcess | undefined;
  let s3: Store | undefined;

  beforeAll(async () => {
    const binary = motoServer();
    if (!binary) return;
    const port = await new Promise<number>((resolve) => {
      const probe = createServer().listen(0, "127.0.0.1", () => {
        const address = probe.address();
        probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
      });
    });
    server = spawn(binary, ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
    const endpoint = `http://127.0.0.1:${port}`;
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_REGION: "us-east-1" });
    const client = new S3Client({ endpoint, forcePathStyle: true });
    for (let attempt = 0; ; attempt++) {
      const made = await client.send(new CreateBucketCommand({ Bucket: "results" })).catch((error: Error) => error);
      if (!(made instanceof Error)) break;
      if (attempt > 100) throw made;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    s3 = s3Store({
      bucket: "results",
      prefix: "company/sluice",
      endpoint,
      cacheFolder: path.join(folder, "cache"),
      cacheBytes: 1 << 20,
    });
  }, 240_000);
  afterAll(() => server?.kill());

  contract(() => s3);

  it("says so when the server is gone", async (context) => {
    if (!s3) return context.skip(noServer);
    server?.kill();
    await expect(s3.check()).rejects.toThrow();
  });
});
