import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Context } from "@/lib/access/context";
import { closeQueue } from "@/lib/jobs/queue";
import { operatorOf, someOperator } from "@/lib/operators/catalogue";
import { manifestLabel } from "@/lib/operators/image-operators";
import { db } from "@/lib/platform/db/prisma";
import { env } from "@/lib/platform/env";
import { newId } from "@/lib/platform/ids";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson, buildTeam, buildToken, type buildUser, buildWarehouse } from "@/lib/testing/factories";
import { imageRegistry } from "@/lib/testing/image-registry";
import { bearer, call } from "@/lib/testing/rest";
import { pipelines } from "@/lib/transport/operations/pipelines";
import { archivePipeline } from "./archive-pipeline";
import { getPipeline, getVersion, listPipelines, listVersions } from "./data";
import { readPipelineDraft, savePipelineDraft } from "./drafts";
import { grantSchemas } from "./grant-schemas";
import { publishPipeline } from "./publish-pipeline";

let team: { id: string; name: string };
let ana: Context;
let ben: Context;
let viewer: Context;
let admin: Context;
let stranger: Context;

beforeAll(async () => {
  await testDatabase();
  team = await buildTeam({ name: "growth" });
  const person = async (values: Parameters<typeof buildUser>[0]) => buildPerson(values);
  ana = await person({ teamIds: [team.id] });
  ben = await person({ teamIds: [team.id] });
  viewer = await person({ role: "viewer", teamIds: [team.id] });
  admin = await person({ role: "admin" });
  stranger = await person({});
});
afterAll(closeQueue);

const yaml = (name: string, more = "", message = "hello") => `# Of the growth team
name: ${name}
owner: growth
${more}stages:
  - id: a # the first
    operator: noop@1
    params: {message: "${message}"}
`;
const publish = (ctx: Context, name: string, text = yaml(name), more: object = {}) =>
  publishPipeline(ctx, name, { text, format: "yaml", ...more });

describe("publishing", () => {
  it("makes a pipeline, keeps the text as it was written, pins its operators, and belongs to the team", async () => {
    expect(await publish(ana, "first")).toMatchObject({ outcome: "created", version: 1 });
    const view = await getPipeline(ben, "first");
    expect(view).toMatchObject({
      ...{ name: "first", version: 1, text: yaml("first"), owner: { team: { name: "growth" } } },
      ...{ may: { edit: true, run: true }, publishedBy: { id: ana.user.id } },
    });
    const row = await db().pipelineVersion.findFirstOrThrow({ where: { pipelineId: view.id } });
    expect(row.pins).toMatchObject({ "noop@1": { manifest: { id: "noop", version: "1.0.0" } } });
    expect((await listPipelines(ana, { limit: 50 })).items.map(({ name }) => name)).toContain("first");
    expect((await listPipelines(stranger, { limit: 50 })).items).toEqual([]);
  });

  it("asks for parameters in the order in which they are written", async () => {
    const parameters = "parameters: {zone: {type: text}, a: {type: number}, from_day: {type: text}}\n";
    await publish(ana, "asks", yaml("asks", parameters));
    const { document } = await getPipeline(ana, "asks");
    expect(Object.entries(document.parameters ?? {}).map(([name, { type }]) => [name, type])).toEqual([
      ...[
        ["zone", "text"],
        ["a", "number"],
        ["from_day", "text"],
      ],
    ]);
  });

  it("changes nothing when it is live already, and makes a version of a change", async () => {
    await publish(ana, "again");
    expect(await publish(ben, "again")).toMatchObject({ outcome: "same", version: 1 });
    const changed = yaml("again", "", "other");
    expect(await publish(ben, "again", changed, { base: 1, note: "another greeting" })).toMatchObject({ version: 2 });
    await expect(publish(ana, "again", yaml("again", "", "third"), { base: 1 })).rejects.toMatchObject({
      ...{ code: "conflict", extra: { live: 2 } },
    });
    expect((await listVersions(ana, "again")).map(({ number, note }) => [number, note])).toEqual([
      [2, "another greeting"],
      [1, ""],
    ]);
    expect((await getVersion(ana, "again", 1)).text).toBe(yaml("again"));
  });

  it("leaves one that lives elsewhere to that place, until somebody takes it over", async () => {
    const source = "https://git.example.com/data.git/moved.yaml";
    expect(await publish(ana, "moved", yaml("moved"), { source })).toMatchObject({ outcome: "created" });
    expect(await publish(ben, "moved", yaml("moved"), { source })).toMatchObject({ outcome: "same" });
    const changed = yaml("moved", "", "by hand");
    for (const more of [{}, { source: `${source}.yaml` }, { takeOver: "false" }])
      await expect(publish(ana, "moved", changed, more)).rejects.toMatchObject({ code: "conflict", extra: { source } });
    expect(await getPipeline(ana, "moved")).toMatchObject({ version: 1, source, text: yaml("moved") });
    expect(await publish(ana, "moved", changed, { takeOver: "true" })).toMatchObject({ version: 2 });
    expect((await getPipeline(ana, "moved")).source).toBeNull();
  });

  it("pins an operator's image by its registry's digest, and keeps that while the registry is away", async () => {
    const registry = await imageRegistry();
    const manifest = { ...(await someOperator("noop")).manifest, id: "geocode", process: undefined };
    const first = registry.put("acme/geocode:1", { [manifestLabel]: JSON.stringify(manifest) });
    env().SLUICE_OPERATOR_IMAGES.push(`${registry.host}/acme/geocode:1`);
    const own = await mkdtemp(path.join(tmpdir(), "operators-"));
    await mkdir(path.join(own, "tag"));
    const tagged = { ...manifest, id: "tag", image: `${registry.host}/acme/tag` };
    await writeFile(path.join(own, "tag/operator.json"), JSON.stringify(tagged));
    env().SLUICE_OPERATORS.push(own);
    const second = registry.put("acme/tag:latest", {});
    await vi.waitFor(async () => expect(await operatorOf("tag@1")).toBeDefined(), { timeout: 20_000, interval: 500 });

    const text = yaml("imaged").replace("noop@1", "geocode@1").concat("  - {id: b, operator: tag@1}\n");
    const pinsOf = async () =>
      (
        await db().pipelineVersion.findFirstOrThrow({
          where: { pipeline: { name: "imaged" } },
          orderBy: { number: "desc" },
        })
      ).pins;
    expect(await publish(ana, "imaged", text)).toMatchObject({ warnings: [] });
    expect(await pinsOf()).toMatchObject({
      "geocode@1": { digest: `${registry.host}/acme/geocode@${first}`, manifest: { id: "geocode" } },
      "tag@1": { digest: `${registry.host}/acme/tag@${second}` },
    });
    const moved = registry.put("acme/tag:latest", { other: "build" });
    expect(await publish(ana, "imaged", text)).toMatchObject({ version: 2 });
    expect(await pinsOf()).toMatchObject({ "tag@1": { digest: `${registry.host}/acme/tag@${moved}` } });
    await registry.close();
    expect(await publish(ana, "imaged", text)).toMatchObject({ outcome: "same", warnings: [] });
    expect(await publish(ana, "unpinned", yaml("unpinned").replace("noop@1", "tag@1"))).toMatchObject({
      warnings: [{ severity: "warning", stage: "a", message: expect.stringContaining("ECONNREFUSED") }],
    });
    env().SLUICE_OPERATORS.pop();
    env().SLUICE_OPERATOR_IMAGES.pop();
  }, 30_000);

  it("refuses a variable that nobody filled in", async () => {
    const text = yaml("unfilled", "", "{{ var.country }}");
    await expect(publish(ana, "unfilled", text)).rejects.toMatchObject({
      ...{ code: "invalid", message: expect.stringContaining("--var country") },
    });
  });

  it("refuses what the linter finds wrong, each thing at its place", async () => {
    const text = yaml("wrong").replace("noop@1", "nope@1");
    await expect(publish(ana, "wrong", text)).rejects.toMatchObject({
      ...{ code: "invalid", extra: { problems: [{ stage: "a", field: "/stages/0/operator", line: 6 }] } },
    });
    await expect(publish(ana, "other", yaml("wrong"))).rejects.toMatchObject({
      extra: { fields: [{ field: "/name" }] },
    });
    await expect(publish(ana, "wrong", "stages: [")).rejects.toMatchObject({ code: "invalid" });
    await expect(getPipeline(ana, "wrong")).rejects.toMatchObject({ code: "not_found" });
  });

  it("is for editors of the team that owns it, and admins", async () => {
    await publish(ana, "ours");
    await expect(publish(viewer, "ours", yaml("ours", "", "x"))).rejects.toMatchObject({ code: "forbidden" });
    await expect(publish(stranger, "ours", yaml("ours", "", "x").replace("owner: growth\n", ""))).rejects.toMatchObject(
      {
        code: "forbidden",
      },
    );
    expect(await publish(admin, "ours", yaml("ours", "", "x"))).toMatchObject({ version: 2 });
    await expect(archivePipeline(stranger, "ours")).rejects.toMatchObject({ code: "not_found" });
  });

  it("keeps a person's draft of any text until it is published", async () => {
    await savePipelineDraft(ana, "drafted", { text: "stages: [", baseVersion: null });
    expect(await readPipelineDraft(ana, "drafted")).toMatchObject({ text: "stages: [" });
    await expect(readPipelineDraft(ben, "drafted")).rejects.toMatchObject({ code: "not_found" });
    await publish(ana, "drafted");
    await expect(readPipelineDraft(ana, "drafted")).rejects.toMatchObject({ code: "not_found" });
  });

  it("makes the schedules those of the live version; one that stays keeps its next slot", async () => {
    const at = (cron: string) => `triggers:\n  - {cron: "${cron}", timezone: Asia/Kathmandu}\n`;
    await publish(ana, "timed", yaml("timed", at("15 6 * * *")));
    const [first] = (await getPipeline(ana, "timed")).schedules;
    expect(first).toMatchObject({ cron: "15 6 * * *", timezone: "Asia/Kathmandu", nextAt: expect.any(String) });
    await publish(ana, "timed", yaml("timed", at("15 6 * * *"), "other"));
    expect((await getPipeline(ana, "timed")).schedules).toEqual([first]);
    await publish(ana, "timed", yaml("timed", at("0 7 * * *")));
    expect((await getPipeline(ana, "timed")).schedules).toMatchObject([{ cron: "0 7 * * *" }]);
    await archivePipeline(ana, "timed");
    expect((await getPipeline(ana, "timed")).schedules).toEqual([]);
    await publish(ana, "timed", yaml("timed", at("0 7 * * *")));
    expect(await getPipeline(ana, "timed")).toMatchObject({ archivedAt: null, schedules: [{ cron: "0 7 * * *" }] });
  });

  it("grants schemas to teams", async () => {
    const warehouse = await buildWarehouse({ teamIds: [team.id] });
    await expect(grantSchemas(ana, warehouse.id, [])).rejects.toMatchObject({ code: "forbidden" });
    await expect(grantSchemas(admin, warehouse.id, [{ team: "nobody", schema: "mart" }])).rejects.toMatchObject({
      code: "invalid",
    });
    const { grants } = await grantSchemas(admin, warehouse.id, [{ team: "growth", schema: "mart" }]);
    expect(grants).toEqual([{ team: { id: team.id, name: "growth" }, schema: "mart", scratch: false }]);
  });
});

describe("the list", () => {
  const itemOf = async (name: string) => {
    const { items } = await listPipelines(ana, { q: name, limit: 50 });
    return items.find((one) => one.name === name);
  };

  it("has the latest runs of each, newest first, as many as it shows", async () => {
    const [often, never] = [`often-${newId()}`, `never-${newId()}`];
    for (const name of [often, never]) await publish(ana, name);
    const { id: pipelineId } = await getPipeline(ana, often);
    const states = [...Array(12).fill("succeeded"), "failed", "cancelled", "cancelling", "queued"] as const;
    const made: { id: string; state: string }[] = [];
    for (const [index, state] of states.entries()) {
      const at = new Date(Date.UTC(2026, 0, 1 + index));
      const over = state === "succeeded" || state === "failed" || state === "cancelled";
      const { id } = await db().run.create({
        data: {
          ...{ id: newId(at.getTime()), pipelineId, version: 1, state, trigger: "cron", userId: ana.user.id },
          ...{ intervalFrom: at, intervalTo: at, timeZone: "UTC", createdAt: at, toldAt: at },
          finishedAt: over ? at : null,
        },
      });
      // What is being stopped still runs, for whoever looks at the list.
      made.unshift({ id, state: state === "cancelling" ? "running" : state });
    }
    const item = await itemOf(often);
    expect(item?.runs.map(({ id, state }) => ({ id, state }))).toEqual(made.slice(0, 14));
    expect(item?.runs[3]).toMatchObject({
      createdAt: "2026-01-13T00:00:00.000Z",
      finishedAt: "2026-01-13T00:00:00.000Z",
    });
    expect(item?.runs[0]?.finishedAt).toBeNull();
    expect((await itemOf(never))?.runs).toEqual([]);
  });

  it("has when each runs next by the first of its schedules that nobody paused", async () => {
    const two = `triggers:
  - {cron: "15 6 * * *", timezone: UTC}
  - {cron: "0 7 * * *", timezone: UTC}
`;
    const [next, unscheduled] = [`next-${newId()}`, `unscheduled-${newId()}`];
    await publish(ana, next, yaml(next, two));
    await publish(ana, unscheduled);
    const { id: pipelineId, schedules } = await getPipeline(ana, next);
    const pause = (cron: string) =>
      db().trigger.updateMany({ where: { pipelineId, cron }, data: { pausedAt: new Date() } });
    const [first, second] = schedules;
    expect(await itemOf(next)).toMatchObject({ nextAt: first?.nextAt, paused: false });
    await pause(first?.cron ?? "");
    expect(await itemOf(next)).toMatchObject({ nextAt: second?.nextAt, paused: false });
    await pause(second?.cron ?? "");
    expect(await itemOf(next)).toMatchObject({ nextAt: null, paused: true });
    expect(await itemOf(unscheduled)).toMatchObject({ nextAt: null, paused: false });
  });
});

describe("over REST", () => {
  it("takes and gives YAML and JSON", async () => {
    const headers = bearer(await buildToken(ana.user.id));
    const params = { name: "rest" };
    const put = (type: string, text: string) =>
      call(pipelines.publish, { headers: { ...headers, "content-type": type }, params, text });
    const made = await put("application/yaml", yaml("rest"));
    expect(made.status).toBe(201);
    const { document } = (await made.json()) as { document: object };
    const same = await put("application/json", JSON.stringify({ ...document, title: "By JSON" }));
    expect([same.status, await same.json()]).toMatchObject([200, { version: 2, title: "By JSON" }]);
    const text = await call(pipelines.read, { headers: { ...headers, accept: "application/yaml" }, params });
    expect(await text.text()).toContain("title: By JSON");
    const wrong = await put("application/yaml", "name: rest\nstages: []\n");
    expect([wrong.status, await wrong.json()]).toMatchObject([422, { problems: [{ field: "/stages" }] }]);
    expect((await put("text/plain", "x")).status).toBe(400);
  });
});
