import { mkdtempSync, rmSync } from "node:fs";
import type * as files from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it, vi } from "vitest";
import { localStore } from "./local";

const { done } = vi.hoisted(() => ({ done: [] as string[] }));

vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof files>();
  return {
    ...real,
    open: async (file: string, flags: string) => {
      const handle = await real.open(file, flags);
      const sync = handle.sync.bind(handle);
      handle.sync = async () => {
        await sync();
        done.push(`sync ${file}`);
      };
      return handle;
    },
    rename: async (from: string, to: string) => {
      await real.rename(from, to);
      done.push(`rename ${to}`);
    },
  };
});

const root = mkdtempSync(path.join(tmpdir(), "sluice-local-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

it("has a name on disk, and the folders on its way, before it says that it is stored", async () => {
  await localStore(root).put("results/s/lease/rows", Buffer.from("rows"));
  const named = done.indexOf(`rename ${root}/results/s/lease/rows`);
  expect(done[named - 1]).toMatch(/^sync .*\.part$/);
  expect(done.slice(named + 1)).toEqual(
    ["results/s/lease", "results/s", "results", ""].map((name) => `sync ${path.join(root, name)}`),
  );
  done.length = 0;
  await localStore(root).put("results/s/lease/more", Buffer.from("rows"));
  expect(done.slice(2)).toEqual([`sync ${root}/results/s/lease`]);
});
