import type { Given } from "../command";
import { Failure } from "../failure";

export function partsOf(given: Given): { database: boolean; store: boolean } {
  const only = given.text("only");
  if (only !== undefined && only !== "database" && only !== "store")
    throw new Failure(`--only takes database or store, not "${only}".`);
  return { database: only !== "store", store: only !== "database" };
}

export const tell = (text: string): void => void process.stderr.write(`${text}\n`);
