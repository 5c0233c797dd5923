import { beforeAll, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { artifactFor } from "@/lib/artifacts/data";
import { fileFor, listFiles } from "@/lib/files/data";
import { doorsOf, reachingActor } from "@/lib/pipelines/doors";
import { testDatabase } from "@/lib/testing/database";
import {
  type BuiltWarehouse,
  buildPerson,
  buildTeam,
  buildUser,
  buildWarehouse,
  contextFor,
} from "@/lib/testing/factories";
import { buildPipeline, buildStoredFile } from "@/lib/testing/runs";
import { getRun } from "./data";
import { readLog } from "./logs";
import { searchLogs } from "./search-logs";
import { startRun } from "./start-run";

/** Two teams have one warehouse; one of them has another as well. What either's pipeline reads stays with it. */

let growth: string;
let ana: Context;
let ben: Context;
let eve: Context;
let shared: BuiltWarehouse;
let salaries: BuiltWarehouse;

beforeAll(async () => {
  await testDatabase();
  const people = (await buildTeam()).id;
  growth = (await buildTeam()).id;
  const person = async (...teamIds: string[]) => buildPerson({ teamIds });
  [ana, ben, eve] = [await person(people, growth), await person(growth), await person(people)];
  shared = await buildWarehouse({ teamIds: [people, growth] });
  salaries = await buildWarehouse({ teamIds: [people] });
});

describe("what the stages of a team's pipeline handed on and printed", () => {
  it("opens for the team, and says to others who may use its warehouses whose it is", async () => {
    const document = { stages: [{ id: "a", operator: "noop@1" }] };
    const { name } = await buildPipeline(ana, document, { teamId: growth, warehouses: [shared.id] });
    const { id } = await startRun(ana, name, {});
    const file = await buildStoredFile(name, id);
    const place = { id, stage: "a", output: "rows" };

    expect((await listFiles(ben, {})).items.map((one) => one.id)).toEqual([file]);
    await expect(readLog(ben, id, {})).resolves.toBeDefined();
    await expect(artifactFor(ben, place)).rejects.toMatchObject({ code: "not_found" });

    expect(await getRun(eve, id)).toMatchObject({ id });
    await expect(readLog(eve, id, {})).rejects.toMatchObject({ code: "forbidden" });
    await expect(artifactFor(eve, place)).rejects.toMatchObject({ code: "forbidden" });
    await expect(fileFor(eve, file)).rejects.toMatchObject({ code: "not_found" });
    expect((await listFiles(eve, {})).items).toEqual([]);
    expect((await searchLogs(eve, { limit: 10 })).items).toEqual([]);
  });
});

describe("what a pipeline reaches", () => {
  const manifest = { connections: [{ parameter: "warehouse", role: "reader" }] } as never;
  const doors = async (actor: Context, { id: warehouse }: BuiltWarehouse) =>
    doorsOf(actor, { id: "a", operator: "noop@1", params: { warehouse } }, manifest);

  it("is what its team was granted, not what its owner may besides", async () => {
    const actor = await reachingActor(ana.user.id, growth, false);
    expect(await doors(actor, shared)).toHaveLength(1);
    await expect(doors(actor, salaries)).rejects.toMatchObject({ code: "not_found" });
    expect(await doors(await reachingActor(ana.user.id, null, false), salaries)).toHaveLength(1);
  });

  it("is an admin's where an admin owns it and wrote it", async () => {
    const admin = (await buildUser({ role: "admin", teamIds: [growth] })).id;
    expect(await doors(await reachingActor(admin, growth, true), salaries)).toHaveLength(1);
    await expect(doors(await reachingActor(admin, growth, false), salaries)).rejects.toMatchObject({
      code: "not_found",
    });
  });
});

it("lets no program into the lane of people", async () => {
  const { name } = await buildPipeline(ana, { stages: [{ id: "a", operator: "noop@1" }] });
  const program = await contextFor(ana.user.id, { id: "t", scopes: ["*"] });
  await expect(startRun(program, name, { lane: "interactive" })).rejects.toMatchObject({ code: "forbidden" });
  expect(await startRun(program, name, { lane: "backfill" })).toMatchObject({ state: "queued" });
});
