import { auditView } from "@/lib/access/schema";
import { type Client, clientOf } from "../client";
import type { Command, Flag, Given } from "../command";
import { Failure } from "../failure";
import { fromFlags, search, texts, whole } from "../from-flags";
import { save } from "../output";
import { onePage } from "../pages";
import { jsonFlag, printList } from "../print";
import { plain } from "../table";
import { personId } from "../whom";

const fields = texts("q", "action", "object", "address", "from", "to");
const filters: Record<string, Flag> = {
  q: { value: "TEXT", help: "Words of what was given, or of the name of what it is about" },
  user: { value: "WHO", help: "Who did it: an e-mail address or an id" },
  action: { value: "ACTION", help: "As gate.set" },
  object: { value: "OBJECT", help: "As warehouse:ID" },
  address: { value: "ADDRESS", help: "From where" },
  from: { value: "TIME", help: "Not before, as 2026-11-01T00:00:00Z" },
  to: { value: "TIME", help: "Before that" },
};

async function filter(client: Client, given: Given): Promise<Record<string, unknown>> {
  const who = given.text("user");
  return { ...fromFlags(given, fields), ...(who !== undefined && { user: await personId(client, who) }) };
}

export const auditCommands: Command[] = [
  {
    name: "audit",
    words: [],
    summary: "Who did what, newest first",
    flags: {
      ...filters,
      limit: { value: "N", help: "How many, 50 without it, at most 200" },
      cursor: { value: "ID", help: "Go on from there" },
      ...jsonFlag,
    },
    async run(given) {
      const client = clientOf(given);
      const page = fromFlags(given, { ...texts("cursor"), limit: whole("limit", 1) });
      const asked = { ...(await filter(client, given)), ...page };
      const { items, next } = await onePage(client, "/audit", auditView, asked);
      if (next !== null) process.stderr.write(`There are older ones: the same with --cursor ${next}\n`);
      return printList(given, items, {
        at: (one) => one.at,
        who: (one) => one.user?.email ?? "Sluice",
        action: (one) => one.action,
        about: (one) => one.objectName ?? one.object,
        detail: (one) => plain(one.detail ?? ""),
        from: (one) => one.address,
      });
    },
  },
  {
    name: "audit export",
    words: [],
    summary: "All that fits, as a file; the export is itself an entry",
    flags: {
      ...filters,
      format: { value: "FORMAT", help: "csv, which it is without this, or ndjson" },
      output: { short: "o", value: "FILE", help: "Write there; it appears when it is whole" },
    },
    async run(given) {
      const format = given.text("format") ?? "csv";
      if (format !== "csv" && format !== "ndjson") throw new Failure(`--format is csv or ndjson, not "${format}".`);
      const client = clientOf(given);
      const asked = search({ format, ...(await filter(client, given)) });
      return save(await client.open(`/audit/export${asked}`), given);
    },
  },
];
