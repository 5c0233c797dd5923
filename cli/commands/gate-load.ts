import { z } from "zod";
import { type LoadView, loadHistory, loadView } from "@/lib/gate/schema";
import { clientOf } from "../client";
import type { Command, Given } from "../command";
import { csv } from "../csv";
import { Failure } from "../failure";
import { place } from "../place";
import { jsonFlag, printJson, printList } from "../print";
import { plain, table } from "../table";

const warehouses = z.object({ items: z.array(z.object({ id: z.string() })) });
// All that it says, also what a newer Sluice has and this program does not know.
const load = loadView.loose();

const slotsOf = ({ used, gate }: LoadView) =>
  `${used}/${gate.slotsNow}${gate.slotsNow < gate.slots ? ` of ${gate.slots}` : ""}`;

function stateOf({ gate, pauses }: LoadView): string {
  if (gate.paused) return `paused: ${gate.reason ?? ""}`;
  const slowed = gate.slowedSince ? [`slowed down: ${gate.slowReason ?? ""}`] : [];
  const held = pauses.length > 0 ? [`${pauses.length} paused in part`] : [];
  return [...slowed, ...held].join("; ") || "open";
}

/** 1 and more is hot. */
const heatOf = ({ heat }: LoadView) => (heat ? `${heat.heat.toFixed(2)} (${heat.words})` : "");

const what = (sql: string) => sql.replace(/\s+/g, " ").trim();

/** What an admin reads of one: the whole of it is in --json. */
function printLoad(view: LoadView): undefined {
  const { warehouse, gate, running, waiting, waitingTotal, warehouseLoad: own, problem, saidAt } = view;
  const lines = [
    `${warehouse.name}: ${slotsOf(view)} slots in use, ${waitingTotal} waiting. ${stateOf(view)}`,
    ...view.pauses.map(({ of, targets, reason, by, until }) => {
      const whose = [of, ...targets.map(({ name }) => name)].join(" ");
      return `Paused (${whose}) by ${by?.name ?? "nobody"}${until ? ` until ${until}` : ""}: ${reason ?? ""}`;
    }),
    own
      ? `In the warehouse${saidAt ? ` at ${saidAt}` : ""}: ${own.active} active, ${own.foreign} of them not Sluice's, ${own.waiting} waiting, ${own.blocked ?? "not known how many"} for a lock`
      : `The warehouse does not say how it is: ${problem ?? ""}`,
    ...(view.heat ? [`Heat ${heatOf(view)}; 1 is hot`] : []),
    ...(gate.slowedSince ? [`Slowed down since ${gate.slowedSince}`] : []),
  ];
  process.stdout.write(lines.map((line) => `${plain(line)}\n`).join(""));
  const held = running.map((one) => {
    const usual = one.usualSeconds === null ? "" : `${one.usualSeconds.toFixed(1)} s`;
    return [one.executionId, one.user.name, one.lane, one.state, one.since, usual, what(one.sql)];
  });
  if (held.length > 0)
    process.stdout.write(`\nRuns\n${table(["id", "who", "lane", "state", "since", "usually", "what"], held)}`);
  const queued = waiting.map((one) => {
    const where = one.raised ? `${one.position} (put first)` : one.position;
    return [where, one.executionId, one.user.name, one.lane, one.since, one.reason, what(one.sql)];
  });
  if (queued.length > 0)
    process.stdout.write(`\nWaits\n${table(["position", "id", "who", "lane", "since", "because", "what"], queued)}`);
  const more = waitingTotal - waiting.length;
  if (more > 0) process.stdout.write(`${more} more wait behind them.\n`);
  return undefined;
}

async function history(given: Given): Promise<undefined> {
  const hours = given.number("hours", 1) ?? 24;
  if (hours > 24) throw new Failure("Only the last 24 hours are kept: --hours takes 1 to 24.");
  const said = await clientOf(given).ask(place("warehouses", given.words[0], "load", "history"), loadHistory.loose());
  const from = Date.parse(said.to) - hours * 3_600_000;
  const kept = <Item extends { at: string }>(items: Item[]) => items.filter(({ at }) => Date.parse(at) >= from);
  const [points, decisions] = [kept(said.points), kept(said.decisions)];
  if (given.is("json")) return printJson({ ...said, points, decisions });
  const lists = {
    points: {
      names: ["at", "active", "foreign", "waiting", "heat", "used", "queued", "slots"],
      rows: points.map((one) => [
        ...[one.at, one.active, one.foreign, one.waiting, one.heat === null ? null : Number(one.heat.toFixed(2))],
        ...[one.used, one.queued, one.slots],
      ]),
    },
    decisions: {
      names: ["at", "kind", "by", "text"],
      rows: decisions.map(({ at, kind, by, text }) => [at, kind, by, text]),
    },
  };
  const shown = given.is("decisions") ? lists.decisions : lists.points;
  if (given.is("csv")) process.stdout.write(csv(shown.names, shown.rows));
  else if (shown.rows.length === 0) process.stdout.write("None.\n");
  else {
    const cells = shown.rows.map((row) => row.map((value) => value ?? ""));
    process.stdout.write(table(shown.names, cells, 120));
  }
  return undefined;
}

export const gateLoadCommands: Command[] = [
  {
    name: "gate load",
    words: ["[warehouse]"],
    summary: "What runs and what waits, and why: of one warehouse, or a line for each",
    flags: jsonFlag,
    notes: `Heat is the warehouse's own load by what "sluice gate heat" calls hot: 1 and more is hot. "gate stop" and "gate move" take the ids.`,
    async run(given) {
      const client = clientOf(given);
      const read = (id: string) => client.ask(place("warehouses", id, "load"), load);
      const [named] = given.words;
      if (named !== undefined) {
        const view = await read(named);
        return given.is("json") ? printJson(view) : printLoad(view);
      }
      const { items } = await client.ask("/warehouses", warehouses);
      return printList(given, await Promise.all(items.map(({ id }) => read(id))), {
        warehouse: (one) => one.warehouse.name,
        slots: slotsOf,
        waiting: (one) => one.waitingTotal,
        state: stateOf,
        heat: (one) => heatOf(one) || one.problem,
      });
    },
  },
  {
    name: "gate history",
    words: ["<warehouse>"],
    summary: "The warehouse's own load over the last 24 hours, and what the gate did meanwhile",
    flags: {
      hours: { value: "N", help: "Only the last N of them" },
      decisions: { help: "What the gate and admins did, instead of the load" },
      csv: { help: "As CSV" },
      ...jsonFlag,
    },
    notes: `A line is five minutes: the most of what the warehouse said (sessions active, not Sluice's, waiting), how hot that is (1 and
more is hot), and of Sluice's own work the most that held a slot and that waited, and the least slots that were given.
With --json both lists.`,
    run: history,
  },
];
