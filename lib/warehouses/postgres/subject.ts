import type { Adapter, Connection } from "@/lib/warehouses/adapter";
import type { Subject, Words } from "@/lib/warehouses/conformance";
import { type Engine, startServer, type TestServer } from "@/lib/warehouses/test-server";

export const readerPassword = "reader's password";

export interface Reader {
  server: TestServer;
  connection: Connection;
}

let warehouses = 0;

/** A real server with a role that can only read, and the table that the conformance suite asks for. */
export async function startReader(engine: Engine, options: { tls?: boolean } = {}): Promise<Reader> {
  const server = await startServer(engine, options);
  await server.admin(`create role reader login password '${readerPassword.replaceAll("'", "''")}';
    create table probe as select id, 'n' || id as label from generate_series(1, 1000) id;
    alter table probe add primary key (id);
    grant select on probe to reader`);
  warehouses++;
  const connection: Connection = {
    warehouseId: `warehouse ${warehouses}`,
    roleId: `role ${warehouses}`,
    engine: "postgres",
    config: { host: "127.0.0.1", port: server.port, database: "postgres", tls: "prefer" },
    username: "reader",
    password: readerPassword,
    revision: "1",
  };
  return { server, connection };
}

const words: Words = {
  probe: "probe",
  parameter: (n) => `$${n}`,
  twoLines: "'two\nlines'",
  oneRow: "",
  wrong: { sql: "select id,\n  nope\nfrom probe", line: 2, column: 3 },
  writes: [
    "delete from probe",
    "commit",
    "  /* x */ Rollback",
    "begin",
    "set role none",
    "discard all",
    "copy probe to stdout",
  ],
  settings: { set: "set timezone to 'Asia/Tokyo'", show: "show timezone", changed: "Asia/Tokyo", usual: "UTC" },
  explained: /probe/,
  unexplained: "analyze select 1",
};

export function subject(engine: Engine, adapter: Adapter): Subject {
  return {
    name: `${adapter.engine} on ${engine.name}`,
    adapter,
    words,
    async start() {
      const { server, connection } = await startReader(engine);
      return { connection, stop: () => server.stop() };
    },
  };
}
