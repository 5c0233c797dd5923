import { z } from "zod";
import { tablesView, warehouseView } from "@/lib/connections/schema";
import { clientOf } from "../client";
import type { Command } from "../command";
import { search } from "../from-flags";
import { place } from "../place";
import { jsonFlag, printList } from "../print";

const list = z.object({ items: z.array(warehouseView) });

export const warehouseCommands: Command[] = [
  {
    name: "warehouses",
    words: [],
    summary: "List the warehouses that you may use",
    flags: jsonFlag,
    async run(given) {
      const { items } = await clientOf(given).ask("/warehouses", list);
      return printList(given, items, {
        name: (one) => one.name,
        engine: (one) => one.engine,
        state: (one) => (one.paused ? `paused: ${one.pauseReason ?? ""}` : "open"),
        "keeps results (days)": (one) => one.retentionDays,
        id: (one) => one.id,
      });
    },
  },
  {
    name: "warehouses tables",
    words: ["<warehouse>"],
    summary: "List the tables that you can read there",
    flags: { refresh: { help: "Look again instead of what was last seen" }, ...jsonFlag },
    async run(given) {
      const asked = search({ refresh: given.is("refresh") ? 1 : 0 });
      const where = place("warehouses", given.words[0], "tables");
      const { tables } = await clientOf(given).ask(`${where}${asked}`, tablesView);
      return printList(given, tables, {
        table: (one) => `${one.schema}.${one.name}`,
        kind: (one) => one.kind,
        rows: (one) => one.rows,
        columns: (one) => one.columns.map(({ name }) => name).join(", "),
        comment: (one) => one.comment,
      });
    },
  },
];
