import { expect, it } from "vitest";
import { z } from "zod";
import { fieldWords } from "./field-words";

const schema = z.strictObject({
  name: z.string().min(1),
  password: z.string().min(10),
  slots: z.number().int().min(1).max(1_000),
  tls: z.enum(["disable", "require"]),
  scopes: z.array(z.string()).min(1),
  own: z.string().min(3, "A sentence of its own."),
});
const right = { name: "a", password: "0123456789", slots: 8, tls: "require", scopes: ["a"], own: "abc" };

it.each([
  [{ name: "" }, "Fill this in."],
  [{ name: null }, "Fill this in."],
  [{ name: { $gt: "" } }, "This must be text."],
  [{ password: "short" }, "Use at least 10 characters."],
  [{ slots: 0 }, "This must be 1 or more."],
  [{ slots: 1.5 }, "This must be a whole number."],
  [{ slots: 1_000_000 }, "This must be 1,000 or less."],
  [{ tls: "maybe" }, "This must be one of: disable, require."],
  [{ scopes: [] }, "Choose at least one."],
  [{ own: "a" }, "A sentence of its own."],
])("says of %j: %s", (wrong, words) => {
  const answer = schema.safeParse({ ...right, ...wrong }, { error: fieldWords });
  expect(answer.error?.issues.map(({ message }) => message)).toEqual([words]);
});
