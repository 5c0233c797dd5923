import { z } from "zod";
import { endSessionAnswer, foreignSession } from "@/lib/gate/schema";
import { clientOf } from "../client";
import type { Command, Given } from "../command";
import { Failure } from "../failure";
import { place } from "../place";
import { jsonFlag, printList } from "../print";

const list = z.object({ items: z.array(foreignSession) });
const sessionsOf = ({ words: [warehouse] }: Given) => place("warehouses", warehouse, "sessions");

export const sessionCommands: Command[] = [
  {
    name: "gate sessions",
    words: ["<warehouse>"],
    summary: "Sessions in the warehouse that are not Sluice's, those at work first",
    flags: jsonFlag,
    async run(given) {
      const { items } = await clientOf(given).ask(sessionsOf(given), list);
      return printList(given, items, {
        session: (one) => one.id,
        user: (one) => one.user,
        application: (one) => one.application,
        state: (one) => one.state,
        since: (one) => one.since,
        "waits for": (one) => one.waitsFor,
        "blocked by": (one) => one.blockedBy.join(" "),
        "may end": (one) => (one.mayEnd ? "yes" : "no"),
        sql: (one) => one.sql,
      });
    },
  },
  {
    name: "gate end-session",
    words: ["<warehouse>", "<session>"],
    summary: "End one of them where the reader's role may, and see that it has gone",
    flags: { reason: { value: "TEXT", help: "Why; it stands in the audit log" } },
    async run(given) {
      const reason = given.text("reason");
      if (!reason) throw new Failure("Say why with --reason: it stands in the audit log.");
      const body = { session: given.words[1], reason };
      const client = clientOf(given);
      const { outcome } = await client.ask(`${sessionsOf(given)}/end`, endSessionAnswer, { method: "POST", body });
      process.stderr.write(outcome === "ended" ? "It has ended.\n" : "It had ended before.\n");
      return undefined;
    },
  },
];
