import { expect, it } from "vitest";
import { planWords } from "@/components/runs/plan-words";

it.each([
  [{ adds: 1_204, changes: 33, deletes: 0 }, "Would add 1,204 rows, change 33, delete none."],
  [{ adds: 1, changes: 0, deletes: 12 }, "Would add 1 row, change none, delete 12."],
  [
    { adds: 0, changes: null, deletes: 0 },
    "Would add no rows, delete none. What it changes is not known before it does.",
  ],
  [
    { adds: null, changes: null, deletes: null, note: "The table is made." },
    "What it would do to rows is not known before it does. The table is made.",
  ],
])("says %o", (plan, words) => expect(planWords(plan)).toBe(words));
