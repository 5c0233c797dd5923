import type { z } from "zod";
import { engines, testReport, typedAs, type WarehouseView, warehouseView } from "@/lib/connections/schema";
import { type Client, clientOf } from "../client";
import type { Command, Flag, Given } from "../command";
import { exits, Failure } from "../failure";
import { changesFromFlags, either, fromFlags, onOff, switches, texts, whole, zeroIsNone } from "../from-flags";
import { parametersOf } from "../parameters";
import { place } from "../place";
import { jsonFlag, printFields, printJson } from "../print";
import { readHidden } from "../read-hidden";

const settingFlags: Record<string, Flag> = {
  "statement-timeout": { value: "SECONDS", help: "How long a statement may take there" },
  "keep-days": { value: "DAYS", help: "How long results are kept, 0 for as long as there is room" },
  open: { value: "ON|OFF", help: "Whether everybody reads by its first reader, without a grant" },
};
const settings = {
  statementTimeout: whole("statement-timeout", 1),
  retentionDays: zeroIsNone("keep-days"),
  openToCompany: onOff("open"),
};
const connectionFlags: Record<string, Flag> = {
  set: { value: "NAME=VALUE", many: true, help: "A setting of the connection, as host=db.example.com" },
  user: { value: "USER", help: "Who signs in" },
  "allow-superuser": { help: "Take it though it is a superuser" },
};
const secretNote = `The password, or the JSON key of a service account, is asked for, or read from stdin: never an argument, which every
user of the machine can see.`;

const engineFlag = { engine: { value: "ENGINE", help: engines.join(", ") } };

/** What --set and --user say of a connection; a field of numbers takes one as it is typed. */
function configOf(engine: string, given: Given): Record<string, unknown> {
  const numbers = typedAs(engine)?.numbers ?? [];
  const set = Object.entries(parametersOf(given.list("set")) ?? {});
  const typed = set.map(([name, value]) => [
    name,
    numbers.includes(name) && /^\d+$/.test(`${value}`) ? +`${value}` : value,
  ]);
  return { ...Object.fromEntries(typed), ...fromFlags(given, texts("user")) };
}

function engineOf(given: Given): string {
  const engine = given.text("engine");
  if (engine !== undefined && typedAs(engine)) return engine;
  throw new Failure(`Say the engine with --engine: ${either(engines)}.`);
}

/** Nobody signs in to some engines; of the others it is asked for. */
async function secretOf(engine: string): Promise<{ password?: string }> {
  const asked = typedAs(engine)?.secret;
  return asked ? { password: await readHidden(asked) } : {};
}

/** Tries it; what the role may do that a reader should not goes to stderr. */
async function tried(client: Client, body: object): Promise<z.infer<typeof testReport>> {
  const report = await client.ask("/warehouses/test", testReport, { method: "POST", body });
  for (const { message, sql } of report.warnings) process.stderr.write(`${message}\n${sql ? `  ${sql}\n` : ""}`);
  return report;
}

const problemOf = ({ problem }: z.infer<typeof testReport>) =>
  `It does not connect: ${problem ? `${problem.field.replace(/^config\./, "")}: ${problem.message}` : "no reason was given."}`;

function print(given: Given, { admin, ...one }: WarehouseView): undefined {
  if (given.is("json")) return printJson({ ...one, admin });
  if (!admin) return printFields(given, one);
  const { config, readers, writer, grants, ...more } = admin;
  const named = (id: string) => readers.find((reader) => reader.id === id)?.name ?? id;
  return printFields(given, {
    ...{ ...one, ...more, ...config },
    readers: readers.map(({ name, user }) => `${name} (${user})`).join(", "),
    writer: writer?.user ?? "none",
    grants: grants.map(({ team, readerId }) => `${team} by ${named(readerId)}`).join(", "),
  });
}

/** What a command is about, as those who may change it see it. */
async function managed(client: Client, given: Given) {
  const found = await client.ask(place("warehouses", given.words[0]), warehouseView);
  const { admin } = found;
  if (!admin) throw new Failure("Only admins connect and change warehouses.", exits.forbidden);
  return { ...found, admin };
}

async function connect(given: Given): Promise<undefined> {
  const client = clientOf(given);
  const engine = engineOf(given);
  const account = { ...configOf(engine, given), ...(await secretOf(engine)) };
  const allow = given.is("allow-superuser");
  if (!given.is("untested")) {
    const report = await tried(client, { engine, config: account, allowSuperuser: allow });
    if (!report.ok)
      throw new Failure(`${problemOf(report)}\nNothing was stored; --untested stores it all the same.`, exits.failed);
    process.stderr.write(`It connects: ${report.version ?? engine}.\n`);
  }
  const body = {
    ...{ engine, name: given.words[0], config: account },
    ...(allow && { allowSuperuser: true }),
    ...fromFlags(given, { ...settings, slots: whole("slots", 1), perUser: whole("per-user") }),
  };
  return print(given, await client.ask("/warehouses", warehouseView, { method: "POST", body }));
}

async function change(given: Given): Promise<undefined> {
  const client = clientOf(given);
  const { engine, id } = await managed(client, given);
  const config = { ...configOf(engine, given), ...(given.is("password") && (await secretOf(engine))) };
  const moved = Object.keys(config).length > 0;
  const said = { ...texts("name"), ...settings };
  const body = {
    ...(moved ? { config, ...fromFlags(given, said) } : changesFromFlags(given, said)),
    ...(given.is("allow-superuser") && { allowSuperuser: true }),
  };
  return print(given, await client.ask(place("warehouses", id), warehouseView, { method: "PATCH", body }));
}

async function test(given: Given): Promise<number | undefined> {
  const client = clientOf(given);
  const { engine, id, admin } = await managed(client, given);
  const [reader] = admin.readers;
  const body = {
    ...{
      engine,
      warehouse: id,
      ...fromFlags(given, { allowSuperuser: switches("allow-superuser")["allow-superuser"] }),
    },
    config: {
      ...admin.config,
      ...(typedAs(engine)?.hasUser && reader && { user: reader.user }),
      ...configOf(engine, given),
      ...(given.is("password") && (await secretOf(engine))),
    },
  };
  const report = await tried(client, body);
  if (given.is("json")) printJson(report);
  else process.stdout.write(report.ok ? `It connects: ${report.version ?? engine}.\n` : `${problemOf(report)}\n`);
  return report.ok ? undefined : exits.failed;
}

const newPassword = { password: { help: "Sign in with another one, which is asked for or read from stdin" } };

export const warehouseSettingCommands: Command[] = [
  {
    name: "warehouses show",
    words: ["<warehouse>"],
    summary: "One warehouse; to admins also its connection, readers and grants",
    flags: jsonFlag,
    run: async (given) => print(given, await clientOf(given).ask(place("warehouses", given.words[0]), warehouseView)),
  },
  {
    name: "warehouses connect",
    words: ["<name>"],
    summary: "Try a connection and store it as a warehouse",
    flags: {
      ...engineFlag,
      ...connectionFlags,
      untested: { help: "Store it without trying it" },
      slots: { value: "N", help: "How much runs there at once" },
      "per-user": { value: "N", help: "How much of it one person's, 0 for no limit" },
      ...settingFlags,
      ...jsonFlag,
    },
    notes: `${secretNote}

  sluice warehouses connect events --engine postgres --set host=db.example.com --set database=events --user sluice < password`,
    run: connect,
  },
  {
    name: "warehouses change",
    words: ["<warehouse>"],
    summary: "Change its name, connection or settings; what is left out stays",
    flags: {
      name: { value: "NAME", help: "What it is called" },
      ...connectionFlags,
      ...newPassword,
      ...settingFlags,
      ...jsonFlag,
    },
    notes: `${secretNote} Another host asks for the password again. Slots and limits are "sluice gate set".`,
    run: change,
  },
  {
    name: "warehouses test",
    words: ["<warehouse>"],
    summary: "Try its connection, as it is stored or with changes; stores nothing",
    flags: { ...connectionFlags, ...newPassword, ...jsonFlag },
    notes: "It ends with 1 when it does not connect.",
    run: test,
  },
];
