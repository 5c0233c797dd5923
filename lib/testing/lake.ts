import { lakeOf } from "@/lib/lake/catalogue";
import { lakeTables } from "@/lib/lake/tables";
import { encrypt } from "@/lib/platform/crypto";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import type { Connection } from "@/lib/warehouses/adapter";
import { adapter } from "@/lib/warehouses/duckdb";
import { TextSink } from "@/lib/warehouses/text-sink";

/** A lake with nothing in it, as an admin makes one. */
export async function buildLake({ teamIds = [], name }: { teamIds?: string[]; name?: string } = {}) {
  const [id, reader, writer] = [newId(), newId(), newId()];
  const role = (of: string, kind: "reader" | "writer") => ({
    ...{ id: of, kind, name: kind, username: "lake", secret: encrypt("", of) },
  });
  await db().warehouse.create({
    data: {
      ...{ id, name: name ?? `lake-${id.slice(-6)}`, engine: "duckdb", config: {} },
      roles: { create: [role(reader, "reader"), role(writer, "writer")] },
    },
  });
  await db().grant.createMany({ data: teamIds.map((teamId) => ({ teamId, warehouseId: id, readerId: reader })) });
  const { name: called } = await db().warehouse.findUniqueOrThrow({ where: { id } });
  return { id, name: called, readerId: reader };
}

/** As a worker is given it. */
export function lakeConnection(id: string): Connection {
  return {
    ...{ warehouseId: id, roleId: `${id} lake`, engine: "duckdb", config: {}, username: "lake", password: "" },
    ...{ revision: "1", tables: lakeTables(id), lake: lakeOf(id) },
  };
}

/** What a query over a lake answers, a row as JSON. */
export async function askLake(connection: Connection, sql: string): Promise<unknown[]> {
  const session = await adapter.acquire(connection);
  try {
    const options = { applicationName: "sluice test", timeZone: "UTC" };
    await session.begin({ ...options, statementTimeoutMs: 60_000, lockTimeoutMs: 0 });
    const sink = new TextSink();
    await session.run({ sql: `select to_json(q)::varchar from (\n${sql}\n) q`, values: [], limit: null }, sink);
    return sink.cells().map((cell) => JSON.parse(cell));
  } finally {
    await session.release();
  }
}
