import { expect, it } from "vitest";
import { SecretSearch } from "./secret-search";

const secret = 'pa"ss\nword-of-many-é';
const spellings = [secret, secret.replaceAll('"', '""'), JSON.stringify(secret).slice(1, -1)];
const found = (text: string, length: number, secrets = [secret, "short", `${secret}\n`]) => {
  const search = new SecretSearch(secrets);
  const bytes = Buffer.from(text);
  // As files are read: into the same memory.
  const memory = Buffer.alloc(length);
  for (let at = 0; at < bytes.length; at += length) {
    const copied = bytes.copy(memory, 0, at, at + length);
    if (search.finds(memory.subarray(0, copied))) return true;
  }
  return false;
};

it("finds a secret in each of its spellings, however it is cut", () => {
  for (const spelling of spellings)
    for (const length of [1, 2, 5, Buffer.byteLength(spelling), 40, 1_000])
      for (const before of [0, 1, 39])
        expect(found(`${"x".repeat(before)}${spelling}y`, length), `${spelling} by ${length} after ${before}`).toBe(
          true,
        );
});

it("finds nothing where there is a part of one only, or what may be a word", () => {
  for (const length of [1, 7, 1_000]) {
    expect(found(`${secret.slice(1)} short ${secret.slice(0, -1)}`, length)).toBe(false);
    expect(found(secret, length, [])).toBe(false);
  }
});
