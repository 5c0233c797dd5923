import type { Command } from "../command";
import { jsonFlag } from "../print";

const only = { only: { value: "PART", help: "database or store: just that part" } };
const where = `It works on what the environment names (DATABASE_URL, STORE_URL, REDIS_URL, SLUICE_HOME …), as Sluice itself does;
without DATABASE_URL on the embedded PostgreSQL in SLUICE_HOME. It needs Sluice's own folder or image, not an API token.`;

/** What is done on the machine itself. Loaded when it is asked for: the rest runs without Sluice's packages. */
export const adminCommands: Command[] = [
  {
    name: "doctor",
    words: [],
    summary: "Look at everything that Sluice stands on, and say what is wrong",
    flags: jsonFlag,
    notes: `${where}\nEnds with 1 when something is BAD.`,
    run: async (given) => (await import("../admin/doctor")).doctor(given),
  },
  {
    name: "migrate",
    words: [],
    summary: "Bring the database to this release",
    flags: {},
    notes: where,
    run: async () => (await import("../admin/migrate")).migrate(),
  },
  {
    name: "secrets rekey",
    words: [],
    summary: "Encrypt everything that is kept encrypted anew, with the newest key",
    flags: {},
    notes: `${where}
To change keys while Sluice runs: put the new one behind the old in SLUICE_KEYS and start all processes anew with it, then before the
old and start them anew; run this; and take the old one out when "sluice doctor" says that nothing uses it. What was ended in the
middle goes on where it is run again. Ends with 1 when something cannot be opened, and leaves that as it was. A backup of before
still needs the old key.`,
    run: async () => (await import("../admin/rekey")).rekey(),
  },
  {
    name: "backup",
    words: ["<folder>"],
    summary: "Write the database and the store into an empty folder, also while Sluice runs",
    flags: only,
    notes: `${where}
Not in it: SLUICE_KEYS and AUTH_SECRET (in SLUICE_HOME/secrets.json, where no others are set), settings of the environment, the
warehouses' own data, the demo's too. Keep the keys elsewhere: without them the backup's passwords of warehouses are lost.`,
    run: async (given) => (await import("../admin/backup")).backup(given),
  },
  {
    name: "restore",
    words: ["<folder>"],
    summary: "Read a backup of this or an older release into an empty database and store",
    flags: only,
    notes: `${where}
Sluice must not run there. The keys have to be those of the backup: set SLUICE_KEYS and AUTH_SECRET, or put the old secrets.json
into the empty SLUICE_HOME first.`,
    run: async (given) => (await import("../admin/restore")).restore(given),
  },
  {
    name: "move",
    words: [],
    summary: "Copy the embedded database and folder to the services that DATABASE_URL and STORE_URL name",
    flags: {},
    notes: `Sluice must not run. Set what it shall use from then on, one or both, and REDIS_URL where the queue goes there; nothing of the
queue has to be moved. The old data stays where it is.

  DATABASE_URL=postgres://… STORE_URL=s3://bucket/sluice sluice move`,
    run: async () => (await import("../admin/move")).move(),
  },
];
