import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { isGuessable, isKeyList } from "./secrets";

const key = (bytes: Buffer, name = "k1") => `${name}:${bytes.toString("base64")}`;

it("takes keys of 32 bytes with a name, and nothing else", () => {
  expect(isKeyList(key(randomBytes(32)))).toBe(true);
  expect(isKeyList(`${key(randomBytes(32), "k2")}, ${key(randomBytes(32))}`)).toBe(true);
  for (const wrong of ["", "k1:", key(randomBytes(16)), randomBytes(32).toString("base64"), `${key(randomBytes(32))},`])
    expect(isKeyList(wrong), wrong).toBe(false);
  expect(isKeyList(`${key(randomBytes(32))}, ${key(randomBytes(32))}`)).toBe(false);
});

it("tells random secrets from those of examples", () => {
  for (let round = 0; round < 500; round++) {
    expect(isGuessable(randomBytes(32).toString("base64url"))).toBe(false);
    expect(isGuessable(randomBytes(32).toString("hex"))).toBe(false);
    expect(isGuessable(key(randomBytes(32)))).toBe(false);
  }
  for (const wrong of [
    "0".repeat(64),
    "change-me-change-me-change-me-change-me",
    "a-secret-of-32-characters-or-more",
    key(Buffer.alloc(32)),
    key(Buffer.alloc(32, "abc")),
  ])
    expect(isGuessable(wrong), wrong).toBe(true);
});
