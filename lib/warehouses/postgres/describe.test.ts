import type pg from "pg";
import { expect, it, vi } from "vitest";
import { columnsOf } from "./describe";

/** A server that knows these names of types. */
function server(names: Record<number, string>) {
  const query = vi.fn(async ({ text }: { text: string }) => {
    const oids = [...text.matchAll(/format_type\((\d+), -1\)/g)].map((match) => Number(match[1]));
    return { rows: [oids.map((oid) => names[oid] ?? null)] };
  });
  return { client: { query } as unknown as pg.Client, query };
}
const field = (dataTypeID: number) => ({ name: `c${dataTypeID}`, dataTypeID, dataTypeModifier: -1 }) as pg.FieldDef;

it("asks each server for what its version may name otherwise, and nobody twice for the rest", async () => {
  const fields = [field(23), field(13_385), field(20_000)];
  const older = server({ 23: "integer", 13385: "information_schema.sql_identifier", 20000: "mood" });
  const newer = server({ 23: "integer", 13385: "information_schema.time_stamp", 20000: "weather" });
  const types = async (one: ReturnType<typeof server>, own: Map<string, string>) =>
    (await columnsOf(one.client, fields, own)).map(({ type }) => type);
  const [ofOlder, ofNewer] = [new Map<string, string>(), new Map<string, string>()];
  expect(await types(older, ofOlder)).toEqual(["integer", "information_schema.sql_identifier", "mood"]);
  expect(await types(newer, ofNewer)).toEqual(["integer", "information_schema.time_stamp", "weather"]);
  expect(newer.query.mock.calls[0]?.[0].text).not.toContain("(23,");
  expect(await types(older, ofOlder)).toEqual(["integer", "information_schema.sql_identifier", "mood"]);
  expect(older.query).toHaveBeenCalledTimes(1);
});
