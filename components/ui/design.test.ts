import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

/** These draw nothing of their own. */
const unseen = ["design.tsx", "zone.tsx"];

it("shows every component of our own", () => {
  const page = readFileSync(path.join(import.meta.dirname, "design.tsx"), "utf8");
  const files = readdirSync(import.meta.dirname).filter(
    (file) => /(?<!\.test)\.tsx$/.test(file) && !unseen.includes(file),
  );
  expect(files.length).toBeGreaterThan(10);
  expect(files.filter((file) => !page.includes(`"@/components/ui/${path.parse(file).name}"`))).toEqual([]);
});
