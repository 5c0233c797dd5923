import { afterAll, beforeAll, expect, it } from "vitest";
import { runQuery } from "@/lib/executions/run-query";
import { closeQueue } from "@/lib/jobs/queue";
import { runSavedQuery } from "@/lib/queries/run-saved-query";
import { saveQuery } from "@/lib/queries/save-query";
import { saveQuerySchema } from "@/lib/queries/schema";
import { createShare } from "@/lib/shares/create-share";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson, buildTeam, buildWarehouse } from "@/lib/testing/factories";
import { updateSelf } from "@/lib/users/update-user";
import { firstSteps } from "./data";

let warehouse: string;
let teamId: string;

beforeAll(async () => {
  await testDatabase();
  teamId = (await buildTeam()).id;
  warehouse = (await buildWarehouse({ name: "demo", teamIds: [teamId] })).id;
});

afterAll(closeQueue);

async function person(role: "viewer" | "editor" | "admin") {
  return buildPerson({ role, teamIds: [teamId] });
}

/** By name, and whether each is done. */
const done = async (ctx: Awaited<ReturnType<typeof person>>) =>
  Object.fromEntries((await firstSteps(ctx))?.map((step) => [step.name, step.done]) ?? []);

it("ticks what was tried, asks a role for what it may do, and ends when all of it was tried", async () => {
  const [admin, editor, viewer] = [await person("admin"), await person("editor"), await person("viewer")];
  expect(await done(editor)).toEqual({ write: false });
  const query = saveQuerySchema.parse({
    warehouse,
    title: "Of one country",
    sql: "select {{country}} as country",
    parameters: [{ name: "country", type: "text", default: "DE" }],
  });
  const { id } = await saveQuery(admin, query);
  await runSavedQuery(admin, id, {});

  expect(await done(viewer)).toEqual({ change: false, share: false });
  expect(await done(admin)).toEqual({ change: false, connect: false, invite: true, write: false, share: false });
  expect((await firstSteps(viewer))?.[0]).toEqual({
    name: "change",
    done: false,
    url: `/queries/${id}`,
    title: "Of one country",
  });

  // The same values as somebody else's is looking, not changing.
  await runSavedQuery(viewer, id, {});
  expect(await done(viewer)).toEqual({ change: false, share: false });
  await runSavedQuery(editor, id, { parameters: { country: "US" } });
  const own = await runQuery(editor, { warehouse, sql: "select 1" });
  expect(await done(editor)).toEqual({ change: true, write: true, share: false });
  expect((await firstSteps(editor))?.at(-1)?.url).toBe(`/executions/${own.id}`);
  await createShare(editor, {
    kind: "execution",
    id: own.id,
    audience: "person",
    to: viewer.user.id,
    allows: "see",
    expiresInDays: null,
  });
  expect(await firstSteps(editor)).toBeNull();

  await updateSelf(viewer, { firstStepsHidden: true });
  expect(await firstSteps(viewer)).toBeNull();
  await buildWarehouse({ name: "analytics" });
  expect(await done(admin)).toMatchObject({ connect: true });
});

it("leads nobody to what is not open to them", async () => {
  const outsider = await buildPerson({ role: "editor" });
  expect(await firstSteps(outsider)).toBeNull();
});
