import { readFileSync } from "node:fs";
import { text as readAll } from "node:stream/consumers";
import type { Flag, Given } from "./command";
import { Failure } from "./failure";
import { unread } from "./unread";

/** Of a command whose first word is a statement. */
export const sqlFlags: Record<string, Flag> = {
  warehouse: { short: "w", value: "NAME", help: "Where it runs" },
  file: { short: "f", value: "FILE", help: "Read the SQL from a file, - for stdin" },
  param: {
    short: "p",
    value: "NAME=VALUE",
    many: true,
    help: "A value for {{NAME}}; NAME:=JSON for a number, list or null",
  },
  "time-zone": { value: "ZONE", help: "The session's zone, as Europe/Berlin; UTC without it" },
};

/** The statement: the first word, a file, or stdin. @throws Failure for none and for two */
export async function sqlOf(given: Given): Promise<string> {
  const file = given.text("file");
  const [typed] = given.words;
  if (typed !== undefined && file !== undefined) throw new Failure("Give the SQL or --file, not both.");
  if (typed !== undefined && typed !== "-") return typed;
  if (file !== undefined && file !== "-") {
    try {
      return readFileSync(file, "utf8");
    } catch (error) {
      throw unread(file, error);
    }
  }
  if (process.stdin.isTTY) throw new Failure("Give the SQL, --file, or send it to stdin; --help says how.");
  return readAll(process.stdin);
}
