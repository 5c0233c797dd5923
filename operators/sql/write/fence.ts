import { createHash } from "node:crypto";
import type pg from "pg";
import { type Context, StageError } from "../context";
import { quoted } from "../names";
import { ask } from "../warehouse";

/**
 * Which attempt may write for a stage and an interval: the one with the highest token. It stands in the warehouse itself,
 * in a small table of the schema that is written to, because only there can it be checked in the transaction that
 * commits the rows.
 */
export interface Fence {
  /** Stands for the run key in the column `_sluice_run` of tables that rows are added to. */
  run: string;
  /** Locks out every other attempt until the transaction's end. @throws StageError when a later one was there */
  hold(): Promise<void>;
}

export const runColumn = "_sluice_run";
const runs = "_sluice_runs";
/** Tables that Sluice made, or whose owner has written them in: those `replace` may exchange. */
export const madeTable = "_sluice_tables";

const late = () =>
  new StageError("A later attempt of this stage has taken over, so this one writes nothing.", {
    hint: "Nothing is to be done: look at the later attempt.",
  });

/** 64 bits of its digest: as short as a number in each row. */
export function runNumber(runKey: string): string {
  return createHash("sha256").update(runKey).digest().readBigInt64BE().toString();
}

async function makeTables(client: pg.Client, schema: string): Promise<void> {
  const [there] = await ask(client, "select pg_catalog.to_regclass($1)::text, pg_catalog.to_regclass($2)::text", [
    `${quoted(schema)}.${runs}`,
    `${quoted(schema)}.${madeTable}`,
  ]);
  if (there?.[0] && there[1]) return;
  const statements = [
    `create table if not exists ${quoted(schema)}.${runs} (run bigint primary key, run_key text not null,
       token bigint not null, at timestamptz not null default now())`,
    `create table if not exists ${quoted(schema)}.${madeTable} (name text primary key, pipeline text, stage text,
       at timestamptz not null default now())`,
  ];
  for (const text of statements) {
    // Two stages may make it at the same moment: the second finds it there.
    await client.query(text).catch(async (error: { code?: string; message: string }) => {
      if (error.code === "23505" || error.code === "42P07") return client.query(text);
      throw new StageError(`Sluice cannot keep its notes in the schema ${schema}: ${error.message}.`, {
        hint: `Let the warehouse's owner run: grant usage, create on schema ${quoted(schema)} to the writer.`,
      });
    });
  }
}

/** Says that this attempt writes from now on; an earlier one that wakes up later finds itself fenced off. */
export async function raiseFence(client: pg.Client, context: Context, schema: string): Promise<Fence> {
  await makeTables(client, schema);
  const table = `${quoted(schema)}.${runs}`;
  const run = runNumber(context.runKey);
  const said = await ask(
    client,
    `insert into ${table} as f (run, run_key, token) values ($1, $2, $3)
     on conflict (run) do update set token = excluded.token, at = now()
     where f.token <= excluded.token and f.run_key = excluded.run_key returning token`,
    [run, context.runKey, context.fencingToken],
  );
  if (said.length === 0) throw late();
  return {
    run,
    async hold() {
      const [row] = await ask(client, `select token from ${table} where run = $1 for update`, [run]);
      if (row?.[0] !== String(context.fencingToken)) throw late();
    },
  };
}
