import { Writable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Adapter,
  type Column,
  type Connection,
  type RowSink,
  type RunOutcome,
  type SessionOptions,
  type StatementError,
  WarehouseError,
} from "./adapter";

export const sessionOptions: SessionOptions = {
  applicationName: "work-1",
  timeZone: "UTC",
  statementTimeoutMs: 20_000,
  lockTimeoutMs: 5000,
};

export interface Answer extends RunOutcome {
  csv: string;
  columns: Column[];
  restarted: boolean;
  large: { row: number; column: number; value: Buffer }[];
}

/** A sink that keeps everything, as the tests read it. */
export function keepingSink(): RowSink & { answer: Omit<Answer, keyof RunOutcome> } {
  const chunks: Buffer[] = [];
  const answer = {
    get csv() {
      return Buffer.concat(chunks).toString();
    },
    columns: [] as Column[],
    restarted: false,
    large: [] as Answer["large"],
  };
  return {
    answer,
    columns(columns) {
      answer.columns = columns;
    },
    open(restarted) {
      answer.restarted = restarted;
      chunks.length = 0;
      return new Writable({
        highWaterMark: 1024,
        write(chunk: Buffer, _encoding, done) {
          chunks.push(Buffer.from(chunk));
          setImmediate(done);
        },
      });
    },
    async largeCell(row, column, value) {
      answer.large.push({ row, column, value });
      return `large ${row},${column}`;
    },
  };
}

export async function ask(
  adapter: Adapter,
  connection: Connection,
  sql: string,
  values: (string | null)[] = [],
  limit: number | null = null,
  options: Partial<SessionOptions> = {},
): Promise<Answer> {
  const session = await adapter.acquire(connection);
  try {
    await session.begin({ ...sessionOptions, ...options });
    const sink = keepingSink();
    const outcome = await session.run({ sql, values, limit }, sink);
    return {
      ...outcome,
      csv: sink.answer.csv,
      columns: sink.answer.columns,
      restarted: sink.answer.restarted,
      large: sink.answer.large,
    };
  } finally {
    await session.release();
  }
}

export async function failure(work: Promise<unknown>): Promise<StatementError> {
  const error = await work.then(
    () => new Error("It succeeded."),
    (reason: unknown) => reason,
  );
  if (error instanceof WarehouseError) return error.detail;
  throw error;
}

/** How an engine writes what the cases ask; `probe` is a table the reader may see: id 1…1000 and a text, writable by nobody. */
export interface Words {
  probe: string;
  /** The nth bound value, from 1. */
  parameter(n: number): string;
  /** A string literal of `two`, a line end, `lines`. */
  twoLines: string;
  /** What has to stand between a select list and its WHERE, where there is no table. */
  oneRow: string;
  /** A statement with an error in it, to which a condition can be added, and where the engine points. */
  wrong: { sql: string; line: number; column: number };
  writes: string[];
  /** Session settings that one statement of a batch leaves to the next; or why there are none, and what is refused then. */
  settings: { set: string; show: string; changed: string; usual: string } | { none: string; set: string };
  /** What EXPLAIN says of a query over the probe, and what has no plan. */
  explained: RegExp;
  unexplained: string;
}

export interface Subject {
  name: string;
  adapter: Adapter;
  words: Words;
  start(): Promise<{ connection: Connection; stop(): Promise<void> }>;
}

/** What every engine must do, whatever its dialect. */
export function conformance({ name, adapter, words, start }: Subject): void {
  const { probe, parameter, oneRow } = words;
  const $1 = parameter(1);
  describe(`${name} conforms`, () => {
    let connection: Connection;
    let stop: () => Promise<void>;
    beforeAll(async () => {
      ({ connection, stop } = await start());
    }, 60_000);
    afterAll(async () => {
      if (!connection) return;
      await adapter.close(connection.warehouseId);
      await stop();
    });
    const run = (sql: string, values: (string | null)[] = [], limit: number | null = null) =>
      ask(adapter, connection, sql, values, limit);

    it("returns rows, their names and types", async () => {
      const answer = await run(`select id, 'n' as name from ${probe} where id <= 2 order by id`);
      expect(answer.csv).toBe("1,n\n2,n\n");
      expect(answer.columns.map((column) => column.name)).toEqual(["id", "name"]);
      expect(answer.columns[1]).toMatchObject({ type: "text" });
      expect(answer).toMatchObject({ rowCount: 2, truncated: false });
    });

    it("tells NULL from the empty string, and quotes what CSV would misread", async () => {
      const sql = `select null as a, '' as b, 'x,y' as c, 'say "hi"' as d, ${words.twoLines} as e${oneRow}`;
      const expected = ',"","x,y","say ""hi""","two\nlines"\n';
      expect((await run(sql)).csv).toBe(expected);
      expect((await run(`${sql} where ${$1} = 'v'`, ["v"])).csv).toBe(expected);
    });

    it("answers no rows with columns", async () => {
      const answer = await run(`select id from ${probe} where id < 0`);
      expect(answer).toMatchObject({ rowCount: 0, csv: "", truncated: false, columns: [{ name: "id" }] });
    });

    it("binds values and never pastes them", async () => {
      expect((await run(`select id from ${probe} where id = ${$1}`, ["7"])).csv).toBe("7\n");
      const sly = `1'; delete from ${probe}; --`;
      expect((await run(`select length(${$1})`, [sly])).csv).toBe(`${sly.length}\n`);
      expect((await run(`select coalesce(cast(${$1} as integer), -1)`, [null])).csv).toBe("-1\n");
    });

    it("stops at the limit and says so", async () => {
      expect(await run(`select id from ${probe} order by id desc`, [], 2)).toMatchObject({
        csv: "1000\n999\n",
        rowCount: 2,
        truncated: true,
      });
      expect(await run(`select id from ${probe} where id > ${$1} order by id`, ["0"], 2)).toMatchObject({
        csv: "1\n2\n",
        rowCount: 2,
        truncated: true,
      });
      expect(await run(`select id from ${probe}`, [], 1000)).toMatchObject({ rowCount: 1000, truncated: false });
      expect(await run(`select id from ${probe}`, [], 0)).toMatchObject({ rowCount: 0, truncated: true, csv: "" });
    });

    it("points at the error in the person's own text", async () => {
      const { sql, line, column } = words.wrong;
      expect(await failure(run(sql))).toMatchObject({ line, column });
      expect(await failure(run(`${sql} where id = ${$1}`, ["1"]))).toMatchObject({ line, column });
    });

    it("refuses writes, several commands and what would leave the session", async () => {
      expect(await failure(run("select 1; select 2"))).toMatchObject({ code: "several_commands" });
      for (const sql of words.writes) expect(await failure(run(sql)), sql).toMatchObject({ code: "write_refused" });
      const sly = `select 1) to stdout; commit; delete from ${probe} where (1=1`;
      expect(await failure(run(sly))).toHaveProperty("code");
      expect((await run(`select count(*) from ${probe}`)).csv).toBe("1000\n");
    });

    const { settings } = words;
    if ("none" in settings) {
      it(`has no settings of a batch: ${settings.none}`, async () => {
        expect(await failure(run(settings.set))).toHaveProperty("code");
      });
    }
    const kept = "none" in settings ? [] : [settings];
    it.each(kept)("keeps settings of a batch inside it: $set", async (settings) => {
      const session = await adapter.acquire(connection);
      await session.begin(sessionOptions);
      const sink = keepingSink();
      expect(await session.run({ sql: settings.set, values: [], limit: null }, sink)).toMatchObject({
        path: "command",
        rowCount: 0,
      });
      await session.run({ sql: settings.show, values: [], limit: null }, sink);
      expect(sink.answer.csv).toBe(`${settings.changed}\n`);
      await session.release();
      expect((await run(settings.show)).csv).toBe(`${settings.usual}\n`);
    });

    it("reuses a session and never hands on a broken one", async () => {
      await failure(run("select broken"));
      expect((await run("select 1")).csv).toBe("1\n");
    });

    it("explains without running", async () => {
      const of = (sql: string, values: string[]) =>
        adapter.explain(connection, { sql, values, limit: null }, sessionOptions);
      expect(await of(`select * from ${probe} where id = ${$1}`, ["1"])).toMatch(words.explained);
      await expect(of(words.unexplained, [])).rejects.toThrow(WarehouseError);
    });

    it("lists tables with columns", async () => {
      const tables = await adapter.introspect(connection);
      expect(tables.find((table) => table.name === "probe")).toMatchObject({
        kind: "table",
        columns: [{ name: "id" }, { name: "label" }],
      });
    });
  });
}
