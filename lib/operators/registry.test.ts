import { afterEach, beforeEach, expect, it } from "vitest";
import { imageRegistry } from "@/lib/testing/image-registry";
import { imageDigest, registryOf } from "./registry";

let registry: Awaited<ReturnType<typeof imageRegistry>>;
beforeEach(async () => {
  registry = await imageRegistry();
});
afterEach(() => registry.close());

const refusal = (host: string) => `${host} is not for you`;

it.each([
  ["python:3", "registry-1.docker.io", "library/python"],
  ["acme/tool", "registry-1.docker.io", "acme/tool"],
  ["docker.io/python@sha256:00", "registry-1.docker.io", "library/python"],
  ["ghcr.io/acme/tool:1", "ghcr.io", "acme/tool"],
  ["localhost:5000/tool", "localhost:5000", "tool"],
])("asks for %s at %s", (image, host, repository) => {
  expect(registryOf(image)).toEqual({ host, repository });
});

it("says what a name of people's means, of registries that may be asked", async () => {
  const digest = registry.put("acme/tool:1", {});
  const image = `${registry.host}/acme/tool:1`;
  expect(await imageDigest(image, { hosts: [registry.host], refusal })).toBe(`${registry.host}/acme/tool@${digest}`);
  const asked = registry.asked.length;
  await expect(imageDigest(image, { hosts: [], refusal })).rejects.toMatchObject({
    ...{ code: "unavailable", message: `The image ${image} cannot be looked up: 127.0.0.1 is not for you.` },
  });
  expect(registry.asked.length).toBe(asked);
});

it("tells nothing of what answers where there is no registry, and takes nothing else for an image", async () => {
  const allowed = { hosts: [registry.host], refusal };
  const digest = registry.put("acme/tool:1", {});
  const found = registry.blobs.get(digest);
  if (found) found.bytes = Buffer.from("the page of somebody's printer");
  const secret = await imageDigest(`${registry.host}/acme/tool:1`, allowed).catch((error: Error) => error.message);
  expect(secret).toMatch(/answered something that is not JSON\.$/);
  expect(secret).not.toContain("printer");
  if (found) found.bytes = Buffer.from('{"state": "well"}');
  await expect(imageDigest(`${registry.host}/acme/tool:1`, allowed)).rejects.toThrow("none that an image has");
});
