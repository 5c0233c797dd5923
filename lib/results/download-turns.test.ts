import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { downloadFor } from "./download";
import type { ResultStatement } from "./statement";

const statement: ResultStatement = {
  ...{ statementId: "s", state: "succeeded", columns: [{ name: "a", type: "text" }], rowCount: 1, truncated: false },
  ...{ limitedBy: null, head: Buffer.from("x\n"), headRows: 1, resultKey: null, timeZone: "UTC", expiredAt: null },
};
const start = (person: string, of = statement) => downloadFor(person, of, { format: "csv", formulas: "keep" });

it("gives a person two downloads at a time, and another when one is done or given up", async () => {
  const [first, second] = [await start("ana"), await start("ana")];
  await expect(start("ana")).rejects.toMatchObject({
    code: "rate_limited",
    message: expect.stringMatching(/2 downloads running/),
  });
  const other = await start("ben");
  expect(await text(first.stream)).toBe("a\nx\n");
  const third = await start("ana");
  await expect(start("ana")).rejects.toMatchObject({ code: "rate_limited" });
  second.stream.destroy();
  await expect.poll(() => second.stream.closed).toBe(true);
  const fourth = await start("ana");
  for (const { stream } of [third, fourth, other]) stream.destroy();
});

it("counts none that could not begin", async () => {
  const unfinished = { ...statement, state: "running" };
  for (let i = 0; i < 3; i++) await expect(start("cy", unfinished)).rejects.toMatchObject({ code: "conflict" });
});
