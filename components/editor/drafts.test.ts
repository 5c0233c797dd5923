import { describe, expect, it } from "vitest";
import { type Draft, draftTitle, inOrder, mergeDrafts, newDraft, type ServerDraft } from "@/components/editor/drafts";

const here = (over: Partial<Draft>): Draft => ({
  tab: "t1",
  title: "",
  sql: "select 1",
  warehouse: null,
  base: "10:00",
  dirty: false,
  ...over,
});
const there = (over: Partial<ServerDraft> = {}): ServerDraft => ({
  tab: "t1",
  title: null,
  sql: "select 2",
  warehouse: null,
  updatedAt: "10:00",
  ...over,
});

describe("mergeDrafts", () => {
  it("takes the server's text where nothing was typed here since", () =>
    expect(mergeDrafts([here({})], [there({ updatedAt: "11:00" })])).toMatchObject([
      { sql: "select 2", base: "11:00", dirty: false },
    ]));

  it("goes on with what was typed here on the server's own text", () =>
    expect(mergeDrafts([here({ dirty: true })], [there()])).toMatchObject([{ sql: "select 1", dirty: true }]));

  it("keeps both where two browsers wrote on the same older text", () => {
    const merged = mergeDrafts([here({ dirty: true })], [there({ updatedAt: "11:00" })]);
    expect(merged.map(({ sql, dirty }) => [sql, dirty])).toEqual([
      ["select 2", false],
      ["select 1", true],
    ]);
    expect(new Set(merged.map(({ tab }) => tab)).size).toBe(2);
  });

  it("keeps one where both wrote the same", () =>
    expect(mergeDrafts([here({ dirty: true })], [there({ sql: "select 1", updatedAt: "11:00" })])).toHaveLength(1));

  it("drops a tab that was closed elsewhere, but not what was typed in it here", () => {
    expect(mergeDrafts([here({})], [])).toEqual([]);
    expect(mergeDrafts([here({ dirty: true })], [])).toMatchObject([{ sql: "select 1", dirty: true, base: null }]);
  });

  it("keeps a tab that the server never had", () =>
    expect(mergeDrafts([here({ base: null })], [])).toMatchObject([{ sql: "select 1", dirty: true }]));
});

it("orders tabs as they were put, new ones behind", () => {
  const drafts = ["a", "b", "c"].map((tab) => here({ tab }));
  expect(inOrder(drafts, ["c", "a"]).map(({ tab }) => tab)).toEqual(["c", "a", "b"]);
});

it("counts line ends as the editor does", () => expect(newDraft(null, "a\r\nb\rc").sql).toBe("a\nb\nc"));

it.each([
  [{ title: "Mine", sql: "select 1 from t" }, "Mine"],
  [{ title: "", sql: "-- Daily learners\nselect 1 from t" }, "Daily learners"],
  [{ title: "", sql: 'select * from public."Big table"' }, "public.Big"],
  [{ title: "", sql: "select  1" }, "select 1"],
  [{ title: "", sql: " " }, "New query"],
])("a tab with %j is called %s", (draft, name) => expect(draftTitle(draft)).toBe(name));
