import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { env } from "@/lib/platform/env";
import { imageRegistry, type Wants } from "@/lib/testing/image-registry";
import { catalogue, operatorOf, readCatalogue, someOperator } from "./catalogue";
import { manifestLabel } from "./image-operators";
import { registeredImage } from "./registry";

const manifest = {
  ...{ id: "geocode", version: "1.2.0", title: "Geocode", summary: "Places of addresses.", group: "change" },
  ...{ icon: "api", outputs: { "*": true }, repeatSafe: true, image: "whatever/it/says", network: "egress" },
  ...{ process: { command: ["./geocode"] }, parameters: { type: "object", properties: {} } },
};
const label = (value: unknown) => ({ [manifestLabel]: typeof value === "string" ? value : JSON.stringify(value) });

let registry: Awaited<ReturnType<typeof imageRegistry>>;
let folder: string;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  folder = await mkdtemp(path.join(tmpdir(), "sluice-registry-"));
});
afterEach(async () => {
  vi.useRealTimers();
  env().SLUICE_OPERATOR_IMAGES = [];
  env().DOCKER_ACCOUNTS = undefined;
  await registry.close();
  await rm(folder, { recursive: true });
});

const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);

async function open(wants: Wants) {
  registry = await imageRegistry(wants);
  const file = path.join(folder, "config.json");
  await writeFile(file, "{}");
  env().DOCKER_ACCOUNTS = file;
}

it.each(["nothing", "basic", "bearer"] as const)(
  "asks a registry that wants %s for digest and labels",
  async (wants) => {
    await open(wants);
    const auth = Buffer.from("robot:of the test").toString("base64");
    await writeFile(path.join(folder, "config.json"), JSON.stringify({ auths: { [registry.host]: { auth } } }));
    const digest = registry.put("acme/geocode:1", { a: "b" });
    expect(await registeredImage(`${registry.host}/acme/geocode:1`)).toEqual({
      ...{ pinned: `${registry.host}/acme/geocode@${digest}`, labels: { a: "b" } },
    });
  },
);

it("says which image cannot be had, and why", async () => {
  await open("bearer");
  registry.put("acme/geocode:1", {});
  const refused = await registeredImage(`${registry.host}/acme/geocode:1`).catch((error: Error) => error.message);
  expect(refused).toContain("docker login");
  await registry.close();
  await expect(registeredImage(`${registry.host}/acme/geocode:1`)).rejects.toMatchObject({
    ...{ code: "unavailable", message: expect.stringMatching(/geocode:1 cannot be looked up: .*ECONNREFUSED/) },
  });
  await open("nothing");
  await expect(registeredImage(`${registry.host}/acme/none`)).rejects.toThrow("has none of that name");
  const digest = registry.put("acme/other:latest", {});
  const found = registry.blobs.get(digest);
  if (found) found.bytes = Buffer.concat([found.bytes, Buffer.from(" ")]);
  await expect(registeredImage(`${registry.host}/acme/other@${digest}`)).rejects.toThrow("something else than");
});

it("makes operators of images, leaves out those that are wrong, and keeps one whose registry went away", async () => {
  await open("nothing");
  const named = (name: string) => `${registry.host}/acme/${name}`;
  const digest = registry.put("acme/geocode:1", label(manifest));
  registry.put("acme/bare:latest", {});
  registry.put("acme/torn:latest", label("{"));
  registry.put("acme/odd:latest", label({ ...manifest, id: "odd", colour: "red" }));
  const images = [named("geocode:1"), named("bare"), named("torn"), named("odd"), named("gone")];
  env().SLUICE_OPERATOR_IMAGES = images;
  pass(10_000);

  expect(await operatorOf("geocode@1")).toMatchObject({
    ...{ folder: null, pinned: `${named("geocode")}@${digest}`, manifest: { image: named("geocode:1") } },
  });
  expect((await operatorOf("geocode@1"))?.manifest.process).toBeUndefined();
  expect((await catalogue()).map(({ id }) => id)).toContain("noop");
  const { broken } = await readCatalogue();
  expect(broken.map(({ id, problems }) => [id, problems[0]?.message])).toEqual([
    [named("bare"), "It has no label io.sluice.operator with a manifest."],
    [named("torn"), expect.stringContaining("is not JSON")],
    ["odd", "There is no such key."],
    [named("gone"), expect.stringContaining("has none of that name")],
  ]);
  await expect(someOperator("odd")).rejects.toThrow("colour: There is no such key.");

  await registry.close();
  pass(11 * 60_000);
  const before = registry.asked.length;
  expect(await operatorOf("geocode@1")).toMatchObject({ folder: null });
  pass(10_000);
  expect(await operatorOf("geocode@1")).toMatchObject({ folder: null });
  expect(registry.asked.length).toBe(before);
});
