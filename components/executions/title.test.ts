import { expect, it } from "vitest";
import { onOneLine, titleOf } from "@/components/executions/title";

it.each([
  ["-- Daily learners\nselect 1", "Daily learners", "select 1"],
  ["select\n  1,\n  2", "select 1, 2", "select 1, 2"],
  ["--\nselect 1", "select 1", "select 1"],
  ["-- only a note", "only a note", "-- only a note"],
  ["", "Empty statement", ""],
])("%j is called %j", (sql, title, line) => {
  expect(titleOf(sql)).toBe(title);
  expect(onOneLine(sql)).toBe(line);
});
