import { decrypt, encrypt, keyNames, keyOf } from "@/lib/platform/crypto";
import { sql } from "@/lib/platform/db/pool";
import { exits } from "../failure";
import { withInstallation } from "./open";
import { tell } from "./parts";
import { type SealedColumn, sealedColumns, sealedIn } from "./sealed";

export interface Rekeyed {
  /** Encrypted anew. */
  done: number;
  /** That no key at hand opens, by the name of the key that they want. */
  shut: Map<string, number>;
}

/**
 * Encrypts what is under another key than the newest with that one, row by row: whoever is ended in between, or meets
 * another who does the same, leaves every row readable.
 */
export async function encryptAnew(): Promise<Rekeyed> {
  const [newest = ""] = keyNames();
  const rekeyed: Rekeyed = { done: 0, shut: new Map() };
  for (const column of sealedColumns)
    for await (const { id, value } of sealedIn(column, newest)) {
      const plain = opened(value, id);
      if (plain === null) rekeyed.shut.set(keyOf(value), (rekeyed.shut.get(keyOf(value)) ?? 0) + 1);
      else if (await replaced(column, id, value, encrypt(plain, id))) rekeyed.done++;
    }
  return rekeyed;
}

function opened(value: string, id: string): string | null {
  try {
    return decrypt(value, id);
  } catch {
    return null;
  }
}

/** Only what was read is replaced: a password that somebody has changed meanwhile stays theirs. */
async function replaced({ table, id: key, value }: SealedColumn, id: string, from: string, to: string) {
  const rows = await sql(
    `rekey_${table}`,
    `update ${table} set ${value} = $3 where ${key} = $1 and ${value} = $2 returning 1`,
    [id, from, to],
  );
  return rows.length > 0;
}

/** `sluice secrets rekey`. */
export async function rekey(): Promise<number> {
  return withInstallation(
    async () => {
      const { done, shut } = await encryptAnew();
      tell(`${done} ${done === 1 ? "value is" : "values are"} now encrypted with the key ${keyNames()[0]}.`);
      for (const [name, count] of shut)
        tell(`${count} under the key ${name} cannot be opened and stay as they were: put that key into SLUICE_KEYS.`);
      return shut.size > 0 ? exits.failed : exits.done;
    },
    { keyed: true },
  );
}
