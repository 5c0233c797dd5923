import { beforeAll, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { saveDraft } from "@/lib/drafts/drafts";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildPerson, buildTeam, buildWarehouse } from "@/lib/testing/factories";
import { parseDocument } from "./document";
import { draftFromExecution, draftFromTab } from "./draft-from-sql";

let ana: Context;
let bo: Context;
let stranger: Context;
let warehouse: BuiltWarehouse;
let name: string;

beforeAll(async () => {
  await testDatabase();
  const team = await buildTeam();
  [ana, bo] = [await buildPerson({ teamIds: [team.id] }), await buildPerson({ teamIds: [team.id] })];
  stranger = await buildPerson();
  warehouse = await buildWarehouse({ teamIds: [team.id] });
  name = (await db().warehouse.findUniqueOrThrow({ where: { id: warehouse.id } })).name;
});

const titleOf = () => "What they wrote";
const documentOf = (text: string) => {
  const read = parseDocument(text, "yaml");
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.document;
};

describe("what stands in the editor", () => {
  const sql = "select 1;\n\nselect n from t where d = {{day}} and c = {{country}}";
  const start = sql.indexOf("select n");
  const asked = (more: object = {}) => ({
    ...{ tab: "t1", warehouse: warehouse.id, from: start, to: sql.length, parameters: null },
    ...more,
  });

  it("is filled in statement by statement, with what its tab declares", async () => {
    await saveDraft(ana, "t1", { sql });
    const declared = JSON.stringify([{ name: "country", label: "Country", type: "text", default: "US" }]);
    const drafted = await draftFromTab(ana, asked({ parameters: declared }), titleOf);
    const { stages, parameters } = documentOf(drafted.text);
    expect(stages[0]?.params).toMatchObject({ warehouse: name, sql: expect.stringMatching(/^select n from t/) });
    expect(parameters).toMatchObject({ country: { type: "text", title: "Country", default: "US" } });
    expect(drafted).toMatchObject({ title: "What they wrote", keptAs: expect.stringMatching(/^sql_[0-9a-f]{24}$/) });
    const again = await draftFromTab(ana, asked({ parameters: declared }), titleOf);
    expect(again.keptAs).toBe(drafted.keptAs);
    const first = await draftFromTab(ana, asked({ from: 0, to: 8, parameters: "{" }), titleOf);
    expect(first.keptAs).not.toBe(drafted.keptAs);
    expect(documentOf(first.text).stages[0]?.params?.sql).toBe("select 1");
  });

  it("is its author's alone, of a warehouse that is theirs", async () => {
    await saveDraft(ana, "t1", { sql });
    await saveDraft(stranger, "t1", { sql });
    await expect(draftFromTab(bo, asked(), titleOf)).rejects.toMatchObject({ code: "not_found" });
    await expect(draftFromTab(stranger, asked(), titleOf)).rejects.toMatchObject({ code: "not_found" });
    await expect(draftFromTab(ana, asked({ from: 9_000, to: 9_001 }), titleOf)).rejects.toMatchObject({
      code: "not_found",
    });
  });
});

describe("an execution", () => {
  const ran = async (sql: string, parameters: object) => {
    const ids = { warehouseId: warehouse.id, userId: ana.user.id };
    const id = newId();
    const work = await db().work.create({
      data: { id: newId(), ...ids, readerId: warehouse.readerId, lane: 0, state: "done" },
    });
    const statement = await db().statement.create({
      data: {
        ...{ id: newId(), workId: work.id, warehouseId: warehouse.id, readerId: warehouse.readerId, sql },
        ...{ state: "succeeded", startedAt: new Date(), finishedAt: new Date(), queuedAt: new Date() },
      },
    });
    await db().execution.create({
      data: { id, statementId: statement.id, ...ids, lane: 0, sql, parameters, state: "succeeded" },
    });
    return id;
  };

  it("has what was given as what is usual, of the kind that it was", async () => {
    const sql = "select 1 where c = {{country}} and n > {{least}} and k = any({{kinds}})";
    const id = await ran(sql, { country: "US", least: 3, kinds: ["a", "b"] });
    const drafted = await draftFromExecution(bo, id, titleOf);
    const { stages, parameters } = documentOf(drafted.text);
    expect(parameters).toEqual({
      country: { type: "text", default: "US" },
      least: { type: "number", default: 3 },
    });
    expect(stages[0]?.params?.sql).toBe(
      "select 1 where c = {{ params.country }} and n > {{ params.least }} and k = any(array['a', 'b'])",
    );
    expect(drafted).toMatchObject({ title: "What they wrote", keptAs: `execution_${id}` });
  });

  it("is for who may open it", async () => {
    const id = await ran("select 1", {});
    await expect(draftFromExecution(stranger, id, titleOf)).rejects.toMatchObject({
      code: expect.stringMatching(/^(not_found|forbidden)$/),
    });
  });
});
