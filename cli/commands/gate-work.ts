import { z } from "zod";
import { type MoveRequest, type StopOf, type StopRequest, stopAnswer, stopPreview } from "@/lib/gate/schema";
import { type Client, clientOf } from "../client";
import type { Command, Given } from "../command";
import { confirm, yesFlag } from "../confirm";
import { exits, Failure } from "../failure";
import { place } from "../place";
import { jsonFlag, printJson } from "../print";
import { whoseWork } from "../whom";

const warehouses = z.object({ items: z.array(z.object({ id: z.string(), name: z.string() })) });
const states = ["waiting", "running"] as const;

const counted = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;
/** In words: `2 executions and 1 run of a pipeline`. */
const words = (executions: number, runs: number) =>
  [
    ...(executions > 0 || runs === 0 ? [counted(executions, "execution", "executions")] : []),
    ...(runs > 0 ? [counted(runs, "run of a pipeline", "runs of pipelines")] : []),
  ].join(" and ");

interface Found {
  /** The warehouse's id. */
  id: string;
  name: string;
  executions: number;
  runs: number;
}

/** What it would end, at each warehouse where there is something of it. */
async function find(client: Client, given: Given, of: StopOf): Promise<Found[]> {
  const named = given.text("warehouse");
  const all = named ? [{ id: named, name: named }] : (await client.ask("/warehouses", warehouses)).items;
  const found = await Promise.all(
    all.map(async ({ id, name }) => {
      const where = place("warehouses", id, "stop", "preview");
      return { id, name, ...(await client.ask(where, stopPreview, { method: "POST", body: of })) };
    }),
  );
  return found.filter(({ executions, runs }) => executions + runs > 0);
}

async function workOf(client: Client, given: Given): Promise<StopOf> {
  const [id] = given.words;
  const whose = await whoseWork(client, given);
  if (id !== undefined && whose.of !== "everything")
    throw new Failure("Name one execution or stage, or say whose work by a flag, not both.");
  if (id === undefined && whose.of === "everything" && given.text("warehouse") === undefined)
    throw new Failure("Say what to stop: an id, --warehouse, or whose work by --lane, --team, --person or --token.");
  const said = given.text("state");
  const state = states.find((one) => one === said);
  if (said !== undefined && !state) throw new Failure(`--state is waiting or running, not "${said}".`);
  return { ...(id === undefined ? whose : { of: "execution", targets: [id] }), ...(state && { state }) };
}

async function stop(given: Given): Promise<undefined> {
  const reason = given.text("reason");
  if (!reason) throw new Failure("Say why with --reason: everybody whose work it is reads it.");
  const client = clientOf(given);
  const of = await workOf(client, given);
  const found = await find(client, given, of);
  if (of.of === "execution") {
    if (!found[0]) throw new Failure(`Nothing of the id ${given.words[0]} runs or waits.`, exits.missing);
    // A stage that stands at several gates ends with its run, whichever is asked.
    found.splice(1);
  } else if (found[0]) {
    const counts = found.map(({ name, executions, runs }) => `${words(executions, runs)} on ${name}`);
    await confirm(given, `This stops ${counts.join(", ")}.`);
  }
  const body: StopRequest = { ...of, reason };
  const done: { warehouse: string; stopped: number; runs: number }[] = [];
  for (const { id, name } of found) {
    const sum = { warehouse: name, stopped: 0, runs: 0 };
    // Of many, each request does as much as it has time for.
    for (let left = 1; left > 0; ) {
      const ended = await client.ask(place("warehouses", id, "stop"), stopAnswer, { method: "POST", body });
      sum.stopped += ended.stopped;
      sum.runs += ended.runs;
      // What others have stopped by now is no longer ours to wait for.
      left = ended.stopped + ended.runs > 0 ? ended.left : 0;
      if (left > 0) process.stderr.write(`${words(sum.stopped, sum.runs)} on ${name} so far, ${left} left …\n`);
    }
    done.push(sum);
    process.stderr.write(`Stopped, or being stopped: ${words(sum.stopped, sum.runs)} on ${name}.\n`);
  }
  if (done.length === 0) process.stderr.write("There is nothing to stop.\n");
  return given.is("json") ? printJson(done) : undefined;
}

export const gateWorkCommands: Command[] = [
  {
    name: "gate stop",
    words: ["[id]"],
    summary:
      "End one execution or stage for all who wait for it, or the work of a warehouse, lane, team, person or token",
    flags: {
      warehouse: { short: "w", value: "NAME", help: "Only there; without it everywhere" },
      lane: { value: "LANE", many: true, help: "This lane's: interactive, api, scheduled, backfill" },
      team: { value: "TEAM", many: true, help: "This team's, by name or id" },
      person: { value: "EMAIL", many: true, help: "This person's" },
      token: { value: "ID", many: true, help: "What this token asked for" },
      state: { value: "STATE", help: "waiting or running: only what does that; both without it" },
      reason: { value: "TEXT", help: "Why; everybody whose work it is reads it" },
      ...yesFlag,
      ...jsonFlag,
    },
    notes: `The id is an execution's, or a stage's as "gate load" has it. A run of a pipeline is cancelled as a whole. Of several it says
how many and asks; what comes in meanwhile is not held back: "sluice gate pause" first does that.`,
    run: stop,
  },
  {
    name: "gate move",
    words: ["<id>", "<first|last>"],
    summary: "Put what waits before all others, or behind them",
    flags: {},
    notes: `The id is an execution's, or a stage's as "gate load" has it. What is put last rises again with the time that it waits.`,
    async run(given) {
      const [id, to] = given.words;
      if (to !== "first" && to !== "last") throw new Failure(`Say first or last, not "${to}".`);
      const body: MoveRequest = { to };
      await clientOf(given).open(place("executions", id, "move"), { method: "POST", body });
      process.stderr.write(to === "first" ? "It is before all others now.\n" : "It is behind all others now.\n");
      return undefined;
    },
  },
];
