import { afterAll, beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { getBoard, listBoards } from "@/lib/boards/data";
import { createBoard } from "@/lib/boards/save-board";
import { saveBoardSchema } from "@/lib/boards/schema";
import { db } from "@/lib/platform/db/prisma";
import { createShare } from "@/lib/shares/create-share";
import { revokeShare } from "@/lib/shares/revoke-share";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson, buildTeam } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { getQuery, listQueries, listTags } from "./data";
import { homeQueries } from "./home";
import { saveQuery } from "./save-query";

/** Saved queries on the warehouse where everybody has a reader of their own: nobody's business but whose they are. */

let ana: Context;
let mate: Context;
let bo: Context;
let admin: Context;
let team: { id: string };
let personal: string;

beforeAll(async () => {
  await testDatabase();
  team = await buildTeam();
  const person = async (teamIds: string[], role: "editor" | "admin" = "editor") => buildPerson({ role, teamIds });
  [ana, mate] = [await person([team.id]), await person([team.id])];
  [bo, admin] = [await person([]), await person([], "admin")];
  personal = (await db().warehouse.findFirstOrThrow({ where: { personal: true } })).id;
});
afterAll(closeGate);

const save = (title: string, teamId: string | null) =>
  saveQuery(ana, {
    ...{ title, description: "", tags: [`of ${title}`], warehouse: personal, sql: "select 1 as n", parameters: [] },
    team: teamId,
  });

async function sees(ctx: Context, query: string): Promise<boolean[]> {
  const { title, tags } = await getQuery(ana, query);
  const opened = await getQuery(ctx, query).then(
    () => true,
    (error: { code?: string }) => {
      expect(error.code).toBe("not_found");
      return false;
    },
  );
  const found = async (q?: string) => (await listQueries(ctx, q ? { q } : {})).items.some(({ id }) => id === query);
  return [opened, await found(), await found(title), (await listTags(ctx)).includes(tags[0] ?? "")];
}
const yes = [true, true, true, true];
const no = [false, false, false, false];

it("is its owner's alone, or its team's, and no admin's", async () => {
  const own = await save("Payroll", null);
  for (const ctx of [mate, bo, admin]) expect(await sees(ctx, own.id)).toEqual(no);
  expect(await sees(ana, own.id)).toEqual(yes);
  const ours = await save("Hiring", team.id);
  expect(await sees(mate, ours.id)).toEqual(yes);
  for (const ctx of [bo, admin]) expect(await sees(ctx, ours.id)).toEqual(no);
  expect((await homeQueries(mate)).teams[0]?.items.map(({ id }) => id)).toEqual([ours.id]);
});

it("is seen by whom it is shared with, as long as it is, and shared on by nobody who does not", async () => {
  const { id } = await save("Bonus", null);
  const to = { audience: "person" as const, allows: "see" as const, expiresInDays: null, kind: "query" as const, id };
  await expect(createShare(bo, { ...to, to: admin.user.id })).rejects.toMatchObject({ code: "forbidden" });
  const share = await createShare(ana, { ...to, to: bo.user.id });
  expect((await getQuery(bo, id)).title).toBe("Bonus");
  expect((await sees(bo, id)).slice(1)).toEqual([false, false, false]);
  await createShare(bo, { ...to, to: mate.user.id });
  expect((await getQuery(mate, id)).title).toBe("Bonus");
  await revokeShare(ana, share.id);
  for (const ctx of [bo, mate]) await expect(getQuery(ctx, id)).rejects.toMatchObject({ code: "not_found" });
});

it("opens no board to others by standing on it", async () => {
  const { id } = await save("Leavers", null);
  const tiles = [{ id: "t1", kind: "query", query: id }];
  const board = await createBoard(ana, saveBoardSchema.parse({ title: "Mine", tiles }));
  await expect(getBoard(bo, board.id)).rejects.toMatchObject({ code: "not_found" });
  expect((await listBoards(bo)).items).toEqual([]);
  expect((await listBoards(ana)).items.map((one) => one.id)).toEqual([board.id]);
});
