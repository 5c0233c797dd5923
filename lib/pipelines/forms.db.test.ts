import { beforeAll, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { forgetWarehouses } from "@/lib/access/reader";
import { forgetConnections } from "@/lib/connections/connection";
import { tablesOf } from "@/lib/connections/tables";
import { encrypt } from "@/lib/platform/crypto";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { asSuperuser, testDatabase } from "@/lib/testing/database";
import {
  type BuiltWarehouse,
  buildPerson,
  buildTeam,
  buildToken,
  buildUser,
  buildWarehouse,
  contextFor,
} from "@/lib/testing/factories";
import { bearer, call } from "@/lib/testing/rest";
import { operators } from "@/lib/transport/operations/operators";
import { pipelineDocuments } from "@/lib/transport/operations/pipeline-documents";
import { listOptions } from "./list-options";
import type { LintView } from "./schema";

let ctx: Context;
let admin: Context;
let token: { value: string };
let source: BuiltWarehouse;
let target: BuiltWarehouse;

beforeAll(async () => {
  await testDatabase();
  const team = await buildTeam({ name: "growth" });
  const user = await buildUser({ teamIds: [team.id] });
  source = await buildWarehouse({
    ...{ name: "source", teamIds: [team.id] },
    sql: "create table events (id int, at timestamptz, country text); create table people (id int)",
  });
  target = await buildWarehouse({ name: "target", teamIds: [team.id], sql: "create table daily (day date)" });
  await buildWarehouse({ name: "secret" });
  const writer = newId();
  const role = { id: writer, kind: "writer" as const, name: "writer", username: "w", secret: encrypt("w", writer) };
  await db().warehouseRole.create({ data: { ...role, warehouseId: target.id } });
  await db().schemaGrant.create({ data: { teamId: team.id, warehouseId: target.id, schema: "public" } });
  ctx = await contextFor(user.id);
  admin = await buildPerson({ role: "admin" });
  token = await buildToken(user.id);
});

async function linted(text: string, type = "application/yaml"): Promise<LintView> {
  const answer = await call(pipelineDocuments.lint, { headers: { ...bearer(token), "content-type": type }, text });
  expect(answer.status).toBe(200);
  return (await answer.json()) as LintView;
}

const yaml = (params: string) => `name: nightly
stages:
  - id: extract
    operator: sql-extract@1
    params: {warehouse: source, sql: "select * from events where at >= {{ interval.from }}"}
    outputs: {rows: parquet}
  - id: load
    operator: load-table@1
    params: {${params}}
    inputs: {rows: extract.rows}
`;

describe("lint over the API", () => {
  it("has nothing to say of a document that is right, in YAML and in JSON", async () => {
    expect(await linted(yaml("warehouse: target, table: public.new"))).toEqual({ ok: true, problems: [] });
    const document = {
      name: "one",
      stages: [
        { id: "a", operator: "sql-extract@1", params: { warehouse: "source", sql: "select 1" }, outputs: { x: "csv" } },
      ],
    };
    expect(await linted(JSON.stringify(document), "application/json")).toEqual({ ok: true, problems: [] });
  });

  it("knows what the person may use, and says the place", async () => {
    const { ok, problems } = await linted(yaml("warehouse: secret, table: mart.x, mode: mrege"));
    expect(ok).toBe(false);
    expect(
      problems.map(({ line, column, stage, message, fix }) => `${line}:${column} ${stage}: ${message} ${fix}`),
    ).toEqual([
      "9:25 load: There is no warehouse secret that you may use. Use one of: target.",
      "9:54 load: mode cannot be “mrege”. Did you mean merge? Use one of: append, replace, merge, partition-overwrite.",
    ]);
    const elsewhere = await linted(yaml("warehouse: target, table: mart.x"));
    expect(elsewhere.problems[0]?.message).toBe("Your team may not write in the schema mart of target.");
    const source = await linted(yaml("warehouse: source, table: public.x"));
    expect(source.problems[0]?.message).toBe("Nothing can be written to source: it has no writer.");
  });

  it("knows the tables and columns that there are, also one that was just made", async () => {
    const copy = (table: string, more = "") => `name: copy
stages:
  - {id: a, operator: replicate-table@1, params: {source: source, source_table: ${table}, warehouse: target, table: public.c${more}}}`;
    const messages = async (text: string) => (await linted(text)).problems.map(({ message }) => message);
    expect(await messages(copy("public.events", ", drop_columns: [id, contry]"))).toEqual([
      "public.events has no column contry.",
    ]);
    await tablesOf(ctx, source.id, false);
    expect(await messages(copy("public.later"))).toEqual([
      "There is no table public.later in source that you may read.",
    ]);
    await asSuperuser("create table later (id int); grant select on later to public", source.database);
    await db().$executeRaw`update catalogs set fetched_at = now() - interval '2 minutes'`;
    expect(await messages(copy("public.later"))).toEqual([]);
  });

  it("knows one's tables and archives, each where it is asked for", async () => {
    const userId = ctx.user.id;
    for (const [name, format] of [
      ["sales", "csv"],
      ["shop", "archive"],
    ] as const) {
      const id = newId();
      const empty = { columns: [], preview: [], bytes: 1, rows: 0 };
      await db().upload.create({ data: { ...empty, id, userId, name, format, fileName: name, storeKey: id } });
    }
    const stages = (file: string, archive: string) => `name: both
stages:
  - {id: a, operator: load-file@1, params: {from: upload, file: {upload: ${file}}}, outputs: {rows: parquet}}
  - {id: b, operator: dbt@1, params: {from: upload, file: {upload: ${archive}}, warehouse: target, schema: public, command: build}}`;
    const said = async (file: string, archive: string) =>
      (await linted(stages(file, archive))).problems.map(
        ({ stage, field, message, fix }) => `${stage} ${field}: ${message} ${fix}`,
      );
    expect(await said("sales", "Shop")).toEqual([]);
    expect(await said("shop", "sales")).toEqual([
      'a /stages/0/params/file/upload: Your file "shop" is an archive, and a table is asked for here. Choose another of your files.',
      'b /stages/1/params/file/upload: Your file "sales" is a table, and an archive (zip or tar.gz) is asked for here. Choose another of your files.',
    ]);
    expect(await said("sale", "shopp")).toEqual([
      'a /stages/0/params/file/upload: You have no uploaded file "sale". Did you mean sales?',
      'b /stages/1/params/file/upload: You have no uploaded archive "shopp". Did you mean shop?',
    ]);
    const choices = async (operator: string) =>
      (await listOptions(ctx, operator, { parameter: "file", values: {}, q: "" })).items.map(({ value }) => value);
    expect([await choices("load-file@1"), await choices("dbt@1")]).toEqual([["sales"], ["shop"]]);
  });

  it("refuses what is announced as something else", async () => {
    const answer = await call(pipelineDocuments.lint, {
      headers: { ...bearer(token), "content-type": "text/plain" },
      text: "name: a",
    });
    expect(answer.status).toBe(400);
    expect((await answer.json()).detail).toMatch(/application\/yaml or application\/json/);
  });

  it("publishes the schema of documents to everybody", async () => {
    const answer = await call(pipelineDocuments.schema);
    expect(await answer.json()).toMatchObject({ $id: "urn:sluice:pipeline:1", required: ["name", "stages"] });
  });
});

describe("operators over the API", () => {
  it("are listed with their forms, and found by reference", async () => {
    const list = (await (await call(operators.list, { headers: bearer(token) })).json()) as { items: { id: string }[] };
    expect(list.items.map(({ id }) => id)).toContain("sql-extract");
    const one = await call(operators.read, { headers: bearer(token), params: { id: "sql-extract@1" } });
    expect(await one.json()).toMatchObject({
      id: "sql-extract",
      parameters: { properties: { sql: { "x-widget": "sql" } } },
    });
    expect((await call(operators.read, { headers: bearer(token), params: { id: "sql-extract@9" } })).status).toBe(404);
  });
});

describe("choices of a form's field", () => {
  const options = async (operator: string, parameter: string, values = {}, q = "", who = ctx) => {
    const { items, note } = await listOptions(who, operator, { parameter, values, q });
    return { items: items.map(({ value, hint }) => (hint ? `${value} (${hint})` : value)), note };
  };

  it("are warehouses that do for the purpose", async () => {
    expect(await options("sql-extract@1", "warehouse")).toEqual({
      items: ["source (postgres)", "target (postgres)"],
      note: null,
    });
    expect((await options("load-table@1", "warehouse")).items).toEqual(["target (postgres)"]);
    expect((await options("sql-extract@1", "warehouse", {}, "SOU")).items).toEqual(["source (postgres)"]);
    expect((await options("sql-extract@1", "warehouse", {}, "", admin)).items).toContain("secret (postgres)");
  });

  it("depend on what was chosen before", async () => {
    const of = (parameter: string, values = {}, q = "") => options("replicate-table@1", parameter, values, q);
    expect(await of("source_table")).toEqual({ items: [], note: "Choose From first." });
    const tables = await of("source_table", { source: "source" });
    expect(tables.items.map((one) => one.replace(/ \(.*/, ""))).toEqual([
      "public.events",
      "public.later",
      "public.people",
    ]);
    expect((await of("source_table", { source: "source" }, "peo")).items).toHaveLength(1);
    const values = { source: "source", source_table: "public.events" };
    expect((await of("drop_columns", values)).items).toEqual([
      ...["id (integer)", "at (timestamp with time zone)", "country (text)"],
    ]);
    const { items } = await options("expect@1", "checks.0.column", { warehouse: "source", table: "public.events" });
    expect(items).toHaveLength(3);
    expect((await of("drop_columns", { ...values, source_table: "public.none" })).note).toMatch(/not there yet/);
    expect(await of("source_table", { source: "secret" })).toEqual({
      items: [],
      note: expect.stringContaining('There is no warehouse "secret" that you may use'),
    });
  });

  it("are the granted schemas' tables where something is written", async () => {
    const { items, note } = await options("load-table@1", "table", { warehouse: "target" });
    expect([items.map((one) => one.replace(/ \(.*/, "")), note]).toEqual([
      ["public.daily"],
      "A new name makes a new table in public.",
    ]);
  });

  it("are the older ones, or none, where the source is down, and say so", async () => {
    await db().warehouse.update({
      where: { id: source.id },
      data: { config: { host: "127.0.0.1", port: 1, database: "x", tls: "disable" } },
    });
    forgetWarehouses();
    forgetConnections();
    const before = await options("replicate-table@1", "source_table", { source: "source" });
    expect(before.items).toHaveLength(3);
    await db().$executeRaw`delete from catalogs`;
    const { items, note } = await options("replicate-table@1", "source_table", { source: "source" });
    expect(items).toEqual([]);
    expect(note).toMatch(/127\.0\.0\.1:1|connect|reach/i);
    // Lint does not take a table for missing that nobody could look for.
    const text =
      "name: c\nstages: [{id: a, operator: replicate-table@1, params: {source: source, source_table: public.zzz, warehouse: target, table: public.c}}]";
    expect(await linted(text)).toEqual({ ok: true, problems: [] });
  });

  it("are refused where a parameter has none", async () => {
    await expect(options("sql-extract@1", "sql")).rejects.toThrow("sql-extract has no choices for sql.");
    const answer = await call(operators.options, {
      headers: bearer(token),
      params: { id: "sql-extract" },
      query: "?parameter=warehouse&values=x",
    });
    expect([answer.status, (await answer.json()).fields]).toEqual([
      422,
      [{ field: "values", message: 'Write an object as JSON: {"warehouse":"demo"}.' }],
    ]);
  });
});
