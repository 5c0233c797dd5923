import { beforeAll, expect, it } from "vitest";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson } from "@/lib/testing/factories";
import { deleteDraft, listDrafts, saveDraft } from "./drafts";

beforeAll(async () => void (await testDatabase()));

const person = async () => buildPerson();
/** 3.5 million characters that take two bytes each. */
const large = "é".repeat(3_500_000);

it("keeps 16 MiB of one person's text in all, and an edit of a tab counts only its new text", async () => {
  const ctx = await person();
  const saved = await Promise.allSettled(["a", "b", "c"].map((tab) => saveDraft(ctx, tab, { sql: large })));
  const refused = saved.filter((one) => one.status === "rejected");
  expect(refused).toMatchObject([{ reason: { code: "conflict" } }]);
  const [kept] = await listDrafts(ctx);
  await saveDraft(ctx, kept?.tab ?? "", { sql: `${large} ` });
  expect((await listDrafts(ctx)).map(({ sql }) => sql.length).sort()).toEqual([3_500_000, 3_500_001]);
  await saveDraft(await person(), "a", { sql: large });
});

it("keeps 200 tabs of one person, and one more when one is closed", async () => {
  const ctx = await person();
  for (let tab = 0; tab < 200; tab++) await saveDraft(ctx, `t${tab}`, { sql: "select 1" });
  await expect(saveDraft(ctx, "more", { sql: "" })).rejects.toMatchObject({ code: "conflict" });
  await saveDraft(ctx, "t0", { sql: "select 2" });
  await deleteDraft(ctx, "t0");
  await saveDraft(ctx, "more", { sql: "" });
  expect(await listDrafts(ctx)).toHaveLength(200);
});
