import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { allowRight } from "@/lib/access/allow-right";
import type { Context } from "@/lib/access/context";
import { db } from "@/lib/platform/db/prisma";
import { env } from "@/lib/platform/env";
import { newId } from "@/lib/platform/ids";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson, buildTeam } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { imageRegistry } from "@/lib/testing/image-registry";
import { publishPipeline } from "./publish-pipeline";

/** Images that stages name, where no engine answers: lib/runtimes/docker/pinned.docker.test.ts has one. */

let ana: Context;
let registry: Awaited<ReturnType<typeof imageRegistry>>;
const { DOCKER_HOST } = process.env;

beforeAll(async () => {
  process.env.DOCKER_HOST = "unix:///nowhere/docker.sock";
  await testDatabase();
  const admin = await buildPerson({ role: "admin" });
  const team = await buildTeam({ name: "growth" });
  ana = await buildPerson({ teamIds: [team.id] });
  await allowRight(admin, { right: "image", scope: "team", id: team.id, allowed: true });
});
afterAll(async () => {
  if (DOCKER_HOST === undefined) delete process.env.DOCKER_HOST;
  else process.env.DOCKER_HOST = DOCKER_HOST;
  await closeGate();
});
beforeEach(async () => {
  registry = await imageRegistry();
  env().STAGE_PRIVATE_HOSTS = [registry.host];
});
afterEach(async () => {
  env().STAGE_PRIVATE_HOSTS = [];
  await registry.close();
});

const text = (name: string, ...images: string[]) =>
  `name: ${name}\nowner: growth\nstages:\n${images
    .map((image, at) => `  - {id: s${at}, operator: container@1, params: {image: "${image}"}}\n`)
    .join("")}`;
const publish = (name: string, ...images: string[]) =>
  publishPipeline(ana, name, { text: text(name, ...images), format: "yaml" });
const imagesOf = async (name: string) => {
  const { pins } = await db().pipelineVersion.findFirstOrThrow({
    where: { pipeline: { name } },
    orderBy: { number: "desc" },
  });
  return (pins as Record<string, { images?: Record<string, string> }>)["container@1"]?.images;
};
const aName = () => `p-${newId().toLowerCase()}`;

it("are pinned to what their names mean when it is published, and anew when it is published again", async () => {
  const name = aName();
  const [one, two] = [`${registry.host}/acme/one:1`, `${registry.host}/acme/two`];
  const first = registry.put("acme/one:1", {});
  const second = registry.put("acme/two:latest", { a: "b" });
  const exact = `${registry.host}/acme/two@${second}`;
  expect(await publish(name, one, two, exact, one)).toMatchObject({ version: 1, warnings: [] });
  const pinned = { [one]: `${registry.host}/acme/one@${first}`, [two]: exact, [exact]: exact };
  expect(await imagesOf(name)).toEqual(pinned);
  expect(await publish(name, one, two, exact, one)).toMatchObject({ outcome: "same", version: 1 });
  const moved = registry.put("acme/one:1", { other: "build" });
  expect(await publish(name, one, two, exact, one)).toMatchObject({ outcome: "changed", version: 2 });
  expect(await imagesOf(name)).toEqual({ ...pinned, [one]: `${registry.host}/acme/one@${moved}` });
});

it("stay as they were pinned while their registry is away; one that never was is said at its field", async () => {
  const name = aName();
  const [one, none] = [`${registry.host}/acme/one:1`, `${registry.host}/acme/none:1`];
  const digest = registry.put("acme/one:1", {});
  const said = {
    ...{ severity: "warning", stage: "s1", field: "/stages/1/params/image" },
    message: expect.stringMatching(/acme\/none:1 cannot be looked up: .* has none of that name\. So this version/),
  };
  expect(await publish(name, one, none)).toMatchObject({ version: 1, warnings: [said] });
  expect(await imagesOf(name)).toEqual({ [one]: `${registry.host}/acme/one@${digest}` });
  await registry.close();
  expect(await publish(name, one)).toMatchObject({ version: 2, warnings: [] });
  expect(await imagesOf(name)).toEqual({ [one]: `${registry.host}/acme/one@${digest}` });
});

it("lead nobody into a private network that no admin has named", async () => {
  env().STAGE_PRIVATE_HOSTS = [];
  registry.put("acme/one:1", {});
  const { warnings } = await publish(aName(), `${registry.host}/acme/one:1`);
  expect(warnings).toMatchObject([{ message: expect.stringMatching(/private network.*STAGE_PRIVATE_HOSTS/) }]);
  expect(registry.asked).toEqual([]);
});
