import type { Writable } from "node:stream";
import type { Relay, RelayRequest } from "@/lib/gate/relay";
import type { Lake } from "./lake";

/** What every engine's folder exports, as `adapter`, from its index.ts. */

export interface Column {
  name: string;
  /**
   * The type in Sluice's own words, which are PostgreSQL's, with modifiers: `numeric(12,2)`, `timestamp with time zone`,
   * `text[]`. It decides how cells are kept, ordered, charted and exported, so an engine with other names says here what
   * its text is written like. Where PostgreSQL has nothing of the kind it is the engine's own name, and kept as text.
   */
  type: string;
  /** What people who know the engine call it, where that is another name: `INT64`, `STRUCT<a STRING>`. */
  engineType?: string | undefined;
}

/** What went wrong with a statement, in the engine's words; positions count from 1 in the person's own text. */
export interface StatementError {
  /** SQLSTATE or one of ours: `connection`, `timeout`, `write_refused`, `several_commands`, `parameter`, `storage`, `worker_lost`. */
  code: string;
  message: string;
  line?: number;
  column?: number;
  hint?: string;
}

export class WarehouseError extends Error {
  override readonly name = "WarehouseError";
  /** Of a connection: nothing answers, or the server goes down, comes up or is full; it may be made a moment later. */
  away = false;
  constructor(readonly detail: StatementError) {
    super(detail.message);
  }
}

/** A connection's settings after decryption. */
export interface Connection {
  warehouseId: string;
  roleId: string;
  engine: string;
  /** The engine's config.ts shape, without secrets. */
  config: unknown;
  username: string;
  password: string;
  /** Changes whenever the settings do, so that pooled sessions of old settings are dropped. */
  revision: string;
  /** Of an engine that holds no data: what it reads instead. */
  tables?: Tables;
  /** What stages write those by, where they may. */
  lake?: Lake;
}

/** A table as it stands in a statement: `schema.name`, both as they are meant, without quotes. */
export interface TableName {
  schema: string;
  name: string;
}

export interface OpenTable extends TableName {
  /** In the files they are c0…cN, but for those of `named`. */
  columns: Column[];
  /** Whether the columns have their own names in the files, of which each may have others. */
  named?: boolean;
  /** Whether the files hold DuckDB's own types; else they are a stored result's (lib/results/encoding.ts). */
  native: boolean;
  /** The engine in whose words the columns' types are. */
  engine: string;
  /** Parquet files on this machine, in order. */
  files: string[];
  /** A query in their place, over other tables. */
  view?: string;
  /** A further column: which of the files a row is from, counted from 0. */
  fileColumn?: string;
  /** The execution whose rows these are; null for what is the reader's own. */
  execution: string | null;
}

/** Files that may be read now, as tables. */
export interface Tables {
  /** Those that are looked for here; left out: any. */
  schemas?: string[];
  list(): Promise<TableInfo[]>;
  /** In the order asked for; a text where there is no such table for them, saying what to do. `release` lets the files go. */
  open(names: TableName[]): Promise<{ tables: (OpenTable | string)[]; release(): void }>;
}

export interface SessionOptions {
  /** Ours: an execution or attempt id; becomes application_name, or a job's label. */
  applicationName: string;
  timeZone: string;
  statementTimeoutMs: number;
  lockTimeoutMs: number;
}

/** Names for good what runs there for us: a reused pid has another start. */
export interface Backend {
  /** The process number, where the engine has one; shown to admins. */
  pid: number | null;
  /** What tells it from every other, also after its worker is gone: the process's start, or the name of a job. */
  start: string;
}

/** One value as text: null is NULL, several are one array. The adapter finds the type that the statement asks for. */
export type BoundValue = string | string[] | null;

export interface RunRequest {
  sql: string;
  /** In order of the placeholders the SQL was rewritten to ($1…, or as the engine's lexis has it). */
  values: BoundValue[];
  /** Rows to return at most; the adapter asks for one more and says so by `truncated`. */
  limit: number | null;
  /** Of an engine that is paid by what it reads: more than this it refuses to read. */
  maximumBytes?: number | undefined;
  /**
   * Of the same, asked before it reads: how many bytes it will be billed for at most (null: the engine cannot say). Of
   * as many as the answer says it may read (null: of all) it is billed for no more.
   */
  reserve?: ((most: number | null) => Promise<number | null>) | undefined;
  /** Of an engine whose plan estimates what is read: more rows than this it refuses to read (`over_rows`). */
  maximumRows?: number | undefined;
}

/** What a statement would take, by the engine's own estimate. */
export interface Estimate {
  /** Rows of tables that would be read, not of the answer. */
  rows: number | null;
  bytes: number | null;
  /** A sentence each: what would be read, and what would make it less. */
  words: string[];
}

/**
 * Where rows go. `columns` comes first, exactly once. Then `csv` receives the rows as the engine's own text in
 * CSV (RFC 4180 quoting, "\n" after each row, NULL unquoted-empty, empty string `""`, no header).
 * A cell over 1 MiB is not in the CSV: `largeCell` is called for it and what it returns stands in its place.
 */
export interface RowSink {
  /** Executions whose stored rows the statement reads, before any row comes. */
  reads?(executions: string[]): Promise<void>;
  columns(columns: Column[]): Promise<void> | void;
  /** Each piece that is written ends with a whole row. Opened on first use; called again with `restarted` when the adapter had to run the statement once more. */
  open(restarted: boolean): Writable;
  largeCell(row: number, column: number, value: Buffer): Promise<string>;
}

export interface RunOutcome {
  /** By the engine's own count (CommandComplete), never ours. Excludes the row beyond the limit. */
  rowCount: number;
  truncated: boolean;
  /** Which way the rows came; `command` returned none. */
  path: "copy" | "cursor" | "job" | "command";
  /** Where the engine counts what a statement took. */
  cost?: StatementCost | undefined;
}

/** In the engine's own count. */
export interface StatementCost {
  bytesProcessed: number;
  bytesBilled: number;
  /** Milliseconds of one slot of the engine's; ten slots for a second are 10,000. */
  slotMs: number;
  /** Answered from the engine's own cache. */
  cached: boolean;
}

/** One session, given to one piece of work at a time. */
export interface Session {
  readonly backend: Backend;
  /** Begins the read-only transaction with the session's settings. */
  begin(options: SessionOptions): Promise<void>;
  /** Runs one statement in the open transaction. @throws WarehouseError */
  run(request: RunRequest, sink: RowSink): Promise<RunOutcome>;
  /** Ends the transaction and cleans the session (DISCARD ALL); a session that cannot be cleaned is destroyed. */
  release(): Promise<void>;
  destroy(): void;
}

export interface TableInfo {
  schema: string;
  name: string;
  kind: "table" | "view" | "materialized view" | "foreign table" | "partitioned table";
  comment: string | null;
  /** Estimated rows and bytes from the engine's statistics. */
  rows: number | null;
  bytes: number | null;
  columns: { name: string; type: string; nullable: boolean; comment: string | null }[];
  foreignKeys: { columns: string[]; schema: string; table: string; references: string[] }[];
}

export interface TestReport {
  ok: boolean;
  /** "PostgreSQL 18.4 …" */
  version: string | null;
  /** A sentence that says what to do, at the field it belongs to. */
  problem: { field: string; message: string } | null;
  superuser: boolean;
  /** What this role can still do to its siblings, with the SQL that revokes it. */
  warnings: { message: string; sql: string }[];
}

export interface EngineLoad {
  active: number;
  /** Of the active those that wait for locks, disk or the like; of a service its jobs that have not begun. */
  waiting: number;
  /** Null where the engine, or this role, does not say. */
  idleInTransaction: number | null;
  /** Of the waiting those that wait for a lock that another session holds; null where the engine does not say. */
  blocked: number | null;
  /** Of the active those that are not ours, by the name that a session gives itself. */
  foreign: number;
  /** How long the oldest open transaction, or the oldest job, has been there. */
  oldestSeconds: number | null;
  /** Whether this role sees the sessions of others. */
  whole: boolean;
  /** Of an engine with slots of its own: how many its jobs use. */
  engineSlots?: number;
  /** Of an engine that is processes of ours: their share of the machine's processors and of its memory, 0 to 1. */
  cpu?: number;
  memory?: number;
}

/** Somebody else's session in a warehouse, or job of a service. */
export interface ForeignSession {
  /** Names it for good, as endForeign takes it. */
  id: string;
  user: string | null;
  application: string | null;
  database: string | null;
  /** The engine's word; null where this role does not see it. */
  state: string | null;
  /** When its transaction, or else its statement or itself, began: ISO. */
  since: string | null;
  /** What it waits for, in the engine's words. */
  waitsFor: string | null;
  /** Numbers of the processes that hold the lock it waits for. */
  blockedBy: string[];
  sql: string | null;
  /** Whether this role may end it. */
  mayEnd: boolean;
}

export interface Adapter {
  engine: string;
  /** It is processes of ours: whoever asks it for its load hears of those that they started, and of no others. */
  ownProcesses?: true;
  /** Takes a pooled session or connects. @throws WarehouseError code `connection`. */
  acquire(connection: Connection): Promise<Session>;
  /**
   * Ends what a backend does, through the control door: cancel, after `graceMs` terminate where there is such a thing.
   * Resolves to true only when backend and application name together are no longer active.
   */
  stop(connection: Connection, backend: Backend, applicationName: string, graceMs: number): Promise<boolean>;
  /** Whether that backend still works for us. */
  isActive(connection: Connection, backend: Backend, applicationName: string): Promise<boolean>;
  introspect(connection: Connection): Promise<TableInfo[]>;
  explain(connection: Connection, request: RunRequest, options: SessionOptions): Promise<string>;
  /** What a statement would read, without running it; null where the engine does not say. @throws WarehouseError */
  estimate?(connection: Connection, request: RunRequest, options: SessionOptions): Promise<Estimate | null>;
  test(connection: Connection): Promise<TestReport>;
  /**
   * How busy the warehouse is with everybody's work, as far as this role sees it, through the control door. `ours` are
   * the backends that work for us now, for an engine that is processes of ours.
   */
  load(connection: Connection, ours?: Backend[]): Promise<EngineLoad>;
  /** Sessions or jobs that are not ours, those at work first; at most 200. Through the control door. */
  foreignSessions(connection: Connection): Promise<ForeignSession[]>;
  /**
   * Ends one of them for good, and looks that it has gone. `refused`: this role may not; `stays`: it was asked to end,
   * and still stands there. Never one of ours.
   */
  endForeign(connection: Connection, id: string): Promise<"ended" | "gone" | "refused" | "stays">;
  /** Where a stage may reach the engine: a way to it that ends with the attempt. @throws WarehouseError */
  relay?(connection: Connection, request: RelayRequest): Promise<Relay>;
  /**
   * Ends a backend that a relay opened, busy or idle, also one of a worker that is gone. True only once it is no longer
   * there; false when that could not be seen in `withinMs`.
   */
  endRelayed?(connection: Connection, backend: Backend, withinMs: number): Promise<boolean>;
  /** Closes every pooled session of this warehouse. */
  close(warehouseId?: string): Promise<void>;
}
