import { decrypt, keyNames, keyOf } from "@/lib/platform/crypto";
import { bad, type Finding, note, ok } from "./finding";
import { sealedColumns, sealedIn } from "./sealed";

function opens(value: string, id: string): boolean {
  try {
    decrypt(value, id);
    return true;
  } catch {
    return false;
  }
}

const values = (count: number) => `${count} stored ${count === 1 ? "secret" : "secrets"}`;

/** Whether everything that is encrypted can be opened with the keys at hand, and which of them are still needed. */
export async function checkKeys(): Promise<Finding> {
  const [newest = "", ...older] = keyNames();
  const under = new Map<string, number>();
  const shut = new Map<string, number>();
  const count = (of: Map<string, number>, name: string) => of.set(name, (of.get(name) ?? 0) + 1);
  for (const column of sealedColumns)
    for await (const { id, value } of sealedIn(column)) {
      count(under, keyOf(value));
      if (!opens(value, id)) count(shut, keyOf(value));
    }
  const total = (of: Map<string, number>) => [...of.values()].reduce((sum, one) => sum + one, 0);
  const all = total(under);
  if (shut.size > 0)
    return bad(
      "keys",
      `SLUICE_KEYS do not open ${total(shut)} of ${values(all)}, which were written under the key ${[...shut.keys()].join(", ")}. Put that key back, or type the passwords anew.`,
    );
  const still = older.filter((name) => under.has(name)).map((name) => `${under.get(name)} still use the key ${name}`);
  if (still.length > 0)
    return note(
      "keys",
      `SLUICE_KEYS open all ${values(all)}; ${still.join(", ")}. \`sluice secrets rekey\` encrypts them with ${newest}.`,
    );
  const unused = older.length > 0 ? ` Nothing uses ${older.join(", ")} any more: only backups of before need it.` : "";
  return ok("keys", `SLUICE_KEYS open all ${values(all)}.${unused}`);
}
