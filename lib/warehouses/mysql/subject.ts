import { startMariaDb } from "@/lib/testing/mariadb";
import type { Subject, Words } from "@/lib/warehouses/conformance";
import { adapter } from ".";

const words: Words = {
  probe: "probe",
  parameter: (n) => `@sluice_p${n}`,
  twoLines: "'two\nlines'",
  oneRow: " from dual",
  wrong: { sql: "select id,\n  nope\nfrom probe", line: 2, column: 3 },
  writes: [
    "delete from probe",
    "commit",
    "  /* x */ Rollback",
    "begin",
    "set role none",
    "create temporary table t (a int)",
    "lock tables probe write",
    "call gone()",
  ],
  settings: {
    none: "a statement only reads, and SET GLOBAL would reach everybody",
    set: "set time_zone = '+09:00'",
  },
  explained: /probe/,
  unexplained: "analyze select 1",
};

export const subject: Subject = {
  name: "mysql on MariaDB",
  adapter,
  words,
  async start() {
    const { admin, reader, stop } = await startMariaDb();
    await admin(`create table probe (id int primary key, label varchar(20));
      insert into probe select seq, concat('n', seq) from seq_1_to_1000`);
    return { connection: reader, stop };
  },
};
