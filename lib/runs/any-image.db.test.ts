import { afterAll, beforeAll, expect, it } from "vitest";
import { allowRight } from "@/lib/access/allow-right";
import type { Context } from "@/lib/access/context";
import { someOperator } from "@/lib/operators/catalogue";
import { parseDocument } from "@/lib/pipelines/document";
import { lintPipeline } from "@/lib/pipelines/lint-pipeline";
import { publishPipeline, refuseAnyImage } from "@/lib/pipelines/publish-pipeline";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson, buildTeam } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { startRun } from "./start-run";
import { tryPipeline } from "./try-pipeline";

/** Stages that name any image: for whom an admin allows it. */

let [admin, ana] = [{}, {}] as [Context, Context];
let other: { id: string };
const interval = { from: "2026-03-02", to: "2026-03-03" };

beforeAll(async () => {
  await testDatabase();
  admin = await buildPerson({ role: "admin", name: "Cleo", email: "cleo@example.com" });
  const team = await buildTeam({ name: "growth" });
  other = await buildTeam({ name: "images" });
  ana = await buildPerson({ teamIds: [team.id, other.id] });
});
afterAll(closeGate);

const text = (message = "hello") => `name: imaged
owner: growth
stages:
  - {id: a, operator: noop@1, params: {message: "${message}"}}
  - {id: b, operator: container@1, params: {image: 127.0.0.1:1/acme/any:1}, after: [a]}
`;
const publish = (ctx: Context, words = text()) => publishPipeline(ctx, "imaged", { text: words, format: "yaml" });
const attempt = (ctx: Context, more: object = {}) =>
  tryPipeline(ctx, { document: text(), format: "yaml", rows: 10, ...interval, ...more });
const allow = (scope: "role" | "team" | "person", id: string, allowed: boolean) =>
  allowRight(admin, { right: "image", scope, id, allowed });

const problem = {
  ...{ severity: "error", stage: "b", field: "/stages/1/operator" },
  message: "Container runs any container image, which is not allowed to you.",
  fix: "Ask Cleo (cleo@example.com) to allow it to you, your team or your role.",
};

it("is allowed to nobody at first, and says at the stage who can allow it", async () => {
  const own = { ...problem, fix: "You are an admin: allow it on the page Rights of Admin." };
  for (const [ctx, said] of [
    [ana, problem],
    [admin, own],
  ] as const) {
    await expect(publish(ctx)).rejects.toMatchObject({
      code: "invalid",
      message: `b: ${said.message} ${said.fix}`,
      extra: { problems: [said], fields: [{ field: "/stages/1/operator" }] },
    });
    await expect(attempt(ctx)).rejects.toMatchObject({
      extra: { problems: [said], fields: [{ field: "document.stages.1.operator" }] },
    });
    expect(await lintPipeline(ctx, { text: text(), format: "yaml" })).toMatchObject({ ok: false, problems: [said] });
  }
  expect(await attempt(ana, { until: "a" })).toMatchObject({ id: expect.any(String) });
});

it("is asked at each publication and try; what is published runs on without it", async () => {
  // Of the pipeline's team or of another one of theirs: it is the person's.
  await allow("team", other.id, true);
  expect(await publish(ana)).toMatchObject({ version: 1 });
  expect(await attempt(ana)).toMatchObject({ id: expect.any(String) });
  await allow("team", other.id, false);
  for (const words of [text(), text("other")])
    await expect(publish(ana, words)).rejects.toMatchObject({ extra: { problems: [problem] } });
  await expect(attempt(ana)).rejects.toMatchObject({ extra: { problems: [problem] } });
  expect(await startRun(ana, "imaged", interval)).toMatchObject({ id: expect.any(String) });
  await allow("role", "editor", true);
  expect(await publish(ana, text("other"))).toMatchObject({ version: 2 });
  await allow("role", "editor", false);
});

it("holds by what a version is pinned to, however much the linter has to say", async () => {
  const parsed = parseDocument(text(), "yaml");
  if (!parsed.ok) throw new Error("The document does not parse.");
  const pins = Object.fromEntries(
    await Promise.all(
      ["noop", "container"].map(
        async (id) => [`${id}@1`, { manifest: (await someOperator(id)).manifest, digest: null }] as const,
      ),
    ),
  );
  expect(() => refuseAnyImage(parsed.document, pins, problem.fix)).toThrow(`b: ${problem.message}`);
  expect(() => refuseAnyImage(parsed.document, pins, null)).not.toThrow();
});
