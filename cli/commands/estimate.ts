import { estimateView } from "@/lib/connections/schema";
import { clientOf } from "../client";
import type { Command } from "../command";
import { exits, Failure } from "../failure";
import { parametersOf } from "../parameters";
import { place } from "../place";
import { jsonFlag, printJson } from "../print";
import { sqlFlags, sqlOf } from "../sql";

export const estimate: Command = {
  name: "estimate",
  words: ["[sql]"],
  summary: "What a statement would read, without running it, and whether a limit refuses it",
  flags: { ...sqlFlags, ...jsonFlag },
  notes: "It ends with 1 when the statement would be refused, or cannot be read as it stands.",
  async run(given) {
    const warehouse = given.text("warehouse");
    if (!warehouse) throw new Failure('Name a warehouse with --warehouse; "sluice warehouses" lists them.');
    const body = {
      sql: await sqlOf(given),
      parameters: parametersOf(given.list("param")),
      timeZone: given.text("time-zone"),
    };
    const where = place("warehouses", warehouse, "estimate");
    const said = await clientOf(given).ask(where, estimateView, { method: "POST", body });
    const refused = said.refusal !== null || said.state === "invalid" ? exits.failed : exits.done;
    if (given.is("json")) printJson(said);
    else {
      const silent = { known: [], invalid: [], unknown: ["The warehouse does not say."], paused: ["It is paused."] };
      const lines = said.words.length > 0 ? said.words : silent[said.state];
      process.stdout.write(lines.map((line) => `${line}\n`).join(""));
      for (const line of [said.warning, said.refusal]) if (line) process.stderr.write(`${line}\n`);
    }
    return refused;
  },
};
