import { z } from "zod";
import { sessionView } from "@/lib/access/schema";
import { clientOf } from "../client";
import type { Command } from "../command";
import { confirm, yesFlag } from "../confirm";
import { search } from "../from-flags";
import { place } from "../place";
import { jsonFlag, printList } from "../print";
import { personId } from "../whom";

const list = z.object({ items: z.array(sessionView) });
const endedMany = z.object({ ended: z.number() });

export const ownSessionCommands: Command[] = [
  {
    name: "sessions",
    words: [],
    summary: "Where you are signed in",
    flags: jsonFlag,
    async run(given) {
      const { items } = await clientOf(given).ask("/sessions", list);
      return printList(given, items, {
        id: (one) => one.id,
        "signed in": (one) => one.createdAt,
        seen: (one) => one.lastSeenAt,
        until: (one) => one.expiresAt,
        from: (one) => one.address,
        with: (one) => one.userAgent,
      });
    },
  },
  {
    name: "sessions end",
    words: ["<id>"],
    summary: "Sign out there",
    flags: {},
    async run(given) {
      await clientOf(given).open(place("sessions", given.words[0]), { method: "DELETE" });
      return undefined;
    },
  },
  {
    name: "sessions end-all",
    words: [],
    summary: "Sign out everywhere; tokens stay",
    flags: { user: { value: "WHO", help: "Of this person, for admins: an e-mail address or an id" }, ...yesFlag },
    async run(given) {
      const client = clientOf(given);
      const who = given.text("user");
      await confirm(given, `This ends ${who ? `all sessions of ${who}` : "all your sessions"} in browsers.`);
      const asked = search(who === undefined ? {} : { user: await personId(client, who) });
      const { ended } = await client.ask(`/sessions${asked}`, endedMany, { method: "DELETE" });
      process.stderr.write(`${ended} ${ended === 1 ? "session" : "sessions"} ended.\n`);
      return undefined;
    },
  },
];
