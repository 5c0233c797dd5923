import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import { logTo } from "./logger";
import { addToSubject, oneOrAll, subjectNow, withoutSubject, withSubject } from "./subject";

const lines: Record<string, unknown>[] = [];
const log = logTo({ write: (text: string) => void lines.push(JSON.parse(text)) }, "info");
const lastLine = () => lines.at(-1);

it("gives each line the ids of what it is about, also after a wait, and of nothing else", async () => {
  const work = (request: string, execution: string) =>
    withSubject({ request }, async () => {
      await delay(1);
      addToSubject({ execution });
      await delay(1);
      log.info({ n: 1 }, "said");
      return { line: lastLine(), subject: subjectNow() };
    });
  const [one, two] = await Promise.all([work("r1", "e1"), work("r2", "e2")]);
  expect(one.line).toMatchObject({ request: "r1", execution: "e1", n: 1, msg: "said" });
  expect(two.line).toMatchObject({ request: "r2", execution: "e2" });
  expect(one.subject).toEqual({ request: "r1", execution: "e1" });
  log.info("of the process");
  expect(lastLine()).not.toHaveProperty("request");
});

it("lets what serves the whole process speak for itself", () => {
  withSubject({ request: "r1" }, () => withoutSubject(() => log.info("connection lost")));
  expect(lastLine()).not.toHaveProperty("request");
  addToSubject({ execution: "of nobody" });
  expect(subjectNow()).toBeUndefined();
});

it("lets a line name another than what it is about, and strikes out secrets as ever", () => {
  withSubject({ request: "r1", execution: oneOrAll(["e1"]) }, () =>
    log.warn({ execution: "e9", token: "s3cret" }, "x"),
  );
  expect(lastLine()).toMatchObject({ request: "r1", execution: "e9", token: "[Redacted]" });
  expect(oneOrAll(["a", "b"])).toEqual(["a", "b"]);
});
