import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type S3Server, s3Server } from "@/lib/testing/s3";
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

describe("S3", () => {
  let server: S3Server | null = null;
  let s3: Store | undefined;

  beforeAll(async () => {
    server = await s3Server();
    if (!server) return;
    await server.start();
    const { bucket, endpoint } = server;
    const cacheFolder = path.join(folder, "cache");
    s3 = s3Store({ name: bucket, prefix: "company/sluice", endpoint, cacheFolder, cacheBytes: 1 << 20 });
  }, 600_000);
  afterAll(() => server?.kill());

  contract(() => s3);

  it("keeps copies until told to forget them, or until the object goes", async (context) => {
    if (!s3) return context.skip(noServer);
    const keys = ["r/a/1", "r/a/2", "r/ab/1"];
    for (const key of keys) await s3.put(key, Buffer.from(key));
    const files = await Promise.all(keys.map((key) => s3?.local(key)));
    const below = async () => (await s3?.copies())?.filter((key) => key.startsWith("r/")).sort();
    expect(await below()).toEqual(keys);
    await s3.forget("r/a");
    expect(await below()).toEqual(["r/ab/1"]);
    expect(files.map((file) => existsSync(file ?? ""))).toEqual([false, false, true]);
    expect((await buffer(await s3.get("r/a/1"))).toString()).toBe("r/a/1");
    await s3.remove("r/ab");
    expect(await below()).toEqual([]);
  });

  it("keeps all that is held, whatever the cap, and no more than the cap after", async (context) => {
    if (!s3) return context.skip(noServer);
    const keys = Array.from({ length: 6 }, (_, i) => `big/${i}`);
    for (const key of keys) await s3.put(key, Buffer.alloc(400_000, 7));
    const { files, release } = await s3.hold(keys);
    expect(files.map((file) => existsSync(file))).toEqual(keys.map(() => true));
    await s3.put("other/1", Buffer.alloc(400_000, 7));
    await s3.local("other/1");
    expect(files.map((file) => existsSync(file))).toEqual(keys.map(() => true));
    release();
    release();
    await s3.put("other/2", Buffer.alloc(400_000, 7));
    await s3.local("other/2");
    expect(files.filter((file) => existsSync(file)).length).toBeLessThan(3);
    await expect(s3.hold(["big/0", "none"])).rejects.toThrow();
  });

  it("says so when the server is gone", async (context) => {
    if (!s3) return context.skip(noServer);
    server?.kill();
    await expect(s3.check()).rejects.toThrow();
  });
});
