import { type BigQueryEmulator, emulatorProject, startBigQuery } from "@/lib/testing/bigquery-emulator";
import type { Connection } from "@/lib/warehouses/adapter";
import type { Subject, Words } from "@/lib/warehouses/conformance";
import { adapter } from ".";

let warehouses = 0;

/** How a warehouse at an emulator, or at a scripted peer, is reached. */
export function emulated(endpoint: string, more: object = {}): Connection {
  warehouses++;
  return {
    warehouseId: `warehouse ${warehouses}`,
    roleId: `role ${warehouses}`,
    engine: "bigquery",
    config: { project: emulatorProject, location: "US", endpoint, ...more },
    username: "",
    password: "",
    revision: "1",
  };
}

/** A running emulator with the table that the conformance suite asks for. */
export async function startReader(): Promise<{ emulator: BigQueryEmulator; connection: Connection }> {
  const emulator = await startBigQuery();
  await emulator.admin(
    "create table shop.probe as select id, concat('n', cast(id as string)) as label from unnest(generate_array(1, 1000)) id",
  );
  return { emulator, connection: emulated(emulator.endpoint) };
}

const words: Words = {
  probe: "shop.probe",
  parameter: (n) => `@p${n}`,
  twoLines: "'two\\nlines'",
  oneRow: " from (select 1)",
  // The emulator gives a place for what does not parse only.
  wrong: { sql: "select id,\n  1 2\nfrom shop.probe", line: 2, column: 5 },
  writes: [
    "delete from shop.probe where true",
    "  /* x */ Insert into shop.probe (id) values (1)",
    "create table shop.other as select 1 as a",
    "drop table shop.probe",
    "export data options (uri = 'gs://b/*', format = 'CSV') as select 1",
    "begin transaction",
    "declare x int64",
    "set @@time_zone = 'UTC'",
    "execute immediate 'select 1'",
    "call shop.run()",
  ],
  settings: {
    none: "each statement is a job of its own, without a session to the next; SET is a script, which is refused",
    set: "set @@time_zone = 'Asia/Tokyo'",
  },
  explained: /would read/,
  unexplained: "insert into shop.probe (id) values (1)",
};

export const subject: Subject = {
  name: "bigquery on its emulator",
  adapter,
  words,
  async start() {
    const { emulator, connection } = await startReader();
    return { connection, stop: async () => emulator.kill() };
  },
};
