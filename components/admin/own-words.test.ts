import { expect, it } from "vitest";
import { ownWords } from "./own-words";

const own = { active: 3, foreign: 1, waiting: 2, blocked: 1, idleInTransaction: 0, oldestSeconds: null, whole: true };
const words = (changed: object, engine = "postgres") => ownWords({ ...own, ...changed }, engine);

it("says how busy a warehouse is", () => {
  expect(words({})).toBe(
    "The warehouse itself, everybody's work included: 3 active (1 not ours), 2 waiting, 1 of them for locks, 0 idle in a transaction.",
  );
  expect(words({ whole: false, oldestSeconds: 90 })).toMatch(
    /its own sessions only: .* Its oldest transaction is 1 min 30 s old\.$/,
  );
  expect(words({ engineSlots: 1_500 }, "bigquery")).toContain("1,500 BigQuery slots in use.");
  expect(words({ cpu: 0.5, memory: 0.25 }, "duckdb")).toBe(
    "Its processes: 3, with 50 % of the processors and 25 % of the memory.",
  );
});

it("says what is not known, and who does not say it, in place of a 0", () => {
  const redshift = words({ blocked: null, idleInTransaction: null }, "redshift");
  expect(redshift).toBe(
    "The warehouse itself, everybody's work included: 3 active (1 not ours), 2 waiting. Redshift does not say how many wait for locks or how many are idle in a transaction.",
  );
  expect(words({ idleInTransaction: null, whole: false }, "mysql")).toMatch(
    /1 of them for locks\. The reader is not told how many are idle in a transaction\.$/,
  );
});
