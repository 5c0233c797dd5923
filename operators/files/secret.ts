import { readFileSync } from "node:fs";
import { type Context, StageError } from "../sql/context";

/** The value of a secret that a parameter names; null where none is named. @throws StageError where it is empty */
export function secretOf(context: Context, parameter: string): string | null {
  const file = context.secrets[parameter];
  if (file === undefined) return null;
  // Whoever stores one by a shell leaves a line end behind it.
  const value = readFileSync(file, "utf8").replace(/\r?\n$/, "");
  if (value === "") throw new StageError(`The secret of ${parameter} is empty.`, { field: parameter });
  return value;
}
