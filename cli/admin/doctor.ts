import type { Given } from "../command";
import { exits } from "../failure";
import { checkDatabase } from "./check-database";
import { checkKeys } from "./check-keys";
import { checkAddress, checkDisks, checkNode, checkRoom } from "./check-place";
import { checkOutbox, checkQueue, checkStore, checkWorkers } from "./check-services";
import type { Finding } from "./finding";
import { type Installation, withInstallation } from "./open";

const marks: Record<Finding["state"], string> = { ok: "ok  ", note: "note", bad: "BAD " };

async function examine({ home, running }: Installation): Promise<Finding[]> {
  const database = await checkDatabase();
  const found = [checkNode(), ...database];
  // Without a database or its tables the rest would only say the same again.
  if (database.some(({ state, about }) => state === "bad" && (about === "database" || about === "schema")))
    return found;
  found.push(await checkQueue(), await checkStore(), await checkKeys());
  found.push(
    ...(await checkDisks(home)),
    ...(await checkRoom()),
    ...(await checkWorkers(running)),
    await checkOutbox(),
    ...(await checkAddress(running)),
  );
  return found;
}

/** `sluice doctor`: looks at everything that Sluice stands on, and says in words what is wrong and what to do. */
export async function doctor(given: Given): Promise<number> {
  const found = await withInstallation(examine);
  if (given.is("json")) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  else
    for (const { state, about, says } of found) process.stdout.write(`${marks[state]}  ${about.padEnd(10)} ${says}\n`);
  return found.some(({ state }) => state === "bad") ? exits.failed : exits.done;
}
