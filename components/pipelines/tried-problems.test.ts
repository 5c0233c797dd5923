import { expect, it } from "vitest";
import { readDraft } from "@/components/pipelines/draft-document";
import { triedProblems } from "@/components/pipelines/tried-problems";
import type { RunView } from "@/lib/runs/schema";

const drafted = (...stages: object[]) => readDraft(JSON.stringify({ name: "a", stages })).draft;
const ask = (sql: string, more: object = {}) => ({ id: "ask", operator: "sql-extract@1", params: { sql }, ...more });
const error = { cause: "program", message: "There is no nope.", hint: "Ask for name.", field: "sql" };
const ended = (more: object = {}) =>
  ({ stages: [{ id: "ask", state: "failed", error, ...more }] }) as unknown as Pick<RunView, "stages">;

it("says what a try found at the field, wherever the stage stands by now", () => {
  const first = { id: "first", operator: "noop@1" };
  const found = { severity: "error", stage: "ask", message: error.message, fix: error.hint };
  const before = drafted(ask("select nope"));
  expect(triedProblems(ended(), before, before)).toEqual([{ ...found, field: "/stages/0/params/sql" }]);
  expect(triedProblems(ended(), before, drafted(first, ask("select nope", { title: "Ask" })))).toEqual([
    { ...found, field: "/stages/1/params/sql" },
  ]);
});

it("says nothing of what was changed since, has no field, or did not fail", () => {
  const before = drafted(ask("select nope"));
  const nothing = (run: Parameters<typeof triedProblems>[0], tried = before, now = before) =>
    expect(triedProblems(run, tried, now)).toEqual([]);
  nothing(undefined);
  nothing(ended(), null);
  nothing(ended(), before, drafted(ask("select name")));
  nothing(ended(), before, drafted(ask("select nope", { operator: "copy-query@1" })));
  nothing(ended(), before, drafted(ask("select nope", { id: "other" })));
  nothing(ended({ error: { ...error, field: undefined } }));
  nothing(ended({ error: { ...error, field: "inputs" } }));
  nothing(ended({ state: "succeeded" }));
});
