import { mkdtempSync, openSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { trimCache } from "./cache";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sluice-cache-"));
  for (const [i, name] of ["oldest", "older", "newest"].entries()) {
    writeFileSync(path.join(folder, name), name.padEnd(100));
    utimesSync(path.join(folder, name), 1000 + i, 1000 + i);
  }
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("leaves alone what fits", async () => {
  await trimCache(folder, 300);
  expect(readdirSync(folder).length).toBe(3);
});

it("removes what was used longest ago, and no more than it must", async () => {
  await trimCache(folder, 299);
  expect(readdirSync(folder).sort()).toEqual(["newest", "older"]);
  utimesSync(path.join(folder, "older"), 5000, 5000);
  await trimCache(folder, 100);
  expect(readdirSync(folder)).toEqual(["older"]);
});

it("keeps the file that is wanted just now, and what a reader has open stays readable", async () => {
  const open = openSync(path.join(folder, "newest"), "r");
  await trimCache(folder, 50, (file) => file === path.join(folder, "oldest"));
  expect(readdirSync(folder)).toEqual(["oldest"]);
  expect(readFileSync(open, "utf8").trim()).toBe("newest");
});

it("leaves what another request is just making, and clears what a dead one left", async () => {
  writeFileSync(path.join(folder, "new.1.part"), "half");
  writeFileSync(path.join(folder, "left.1.part"), "half");
  utimesSync(path.join(folder, "left.1.part"), 1000, 1000);
  await trimCache(folder, 0);
  expect(readdirSync(folder)).toEqual(["new.1.part"]);
});

it("does not mind a folder that is not there yet", async () => {
  await expect(trimCache(path.join(folder, "none"), 1)).resolves.toBeUndefined();
});
