import type { SessionOptions, StatementError } from "@/lib/warehouses/adapter";
import { firstWords } from "@/lib/warehouses/lexer";
import { type Activity, postgresActivity } from "./activity";
import { postgresLexis } from "./lexis";

/** What differs between the engines that speak PostgreSQL's protocol. */
export interface Dialect {
  engine: string;
  /** COPY (…) TO STDOUT exists; without it rows come through a portal. */
  copies: boolean;
  /** Settings of the start-up packet. */
  startOptions: string | undefined;
  /** Statements that open the read-only transaction with its settings. */
  begin(options: SessionOptions, version: number): string[];
  activity: Activity;
}

/** A value as a literal. Only our own settings pass here. */
export function literal(value: string | number): string {
  return `'${String(value).replaceAll("\0", "").replaceAll("'", "''")}'`;
}

export const postgresDialect: Dialect = {
  engine: "postgres",
  copies: true,
  // A second wall behind `begin read only`, for whatever might run outside our transaction.
  startOptions: "-c default_transaction_read_only=on",
  begin(options, version) {
    const settings: [string, string | number][] = [
      ["standard_conforming_strings", "on"],
      ["TimeZone", options.timeZone],
      ["DateStyle", "ISO, YMD"],
      ["IntervalStyle", "postgres"],
      ["bytea_output", "hex"],
      ["extra_float_digits", 1],
      ["statement_timeout", Math.round(options.statementTimeoutMs)],
      ["lock_timeout", Math.round(options.lockTimeoutMs)],
      ["idle_in_transaction_session_timeout", 60_000],
      ["application_name", options.applicationName],
    ];
    // The server notices a worker that died and ends its statement; without it the statement outlives us.
    if (version >= 140_000) settings.push(["client_connection_check_interval", "1s"]);
    if (version >= 120_000) settings.push(["tcp_user_timeout", "10s"]);
    const pairs = settings.map(([name, value]) => `set_config('${name}', ${literal(value)}, true)`);
    return ["begin read only", `select ${pairs.join(", ")}`];
  },
  activity: postgresActivity,
};

const sessionWords = new Set(
  [
    "begin start commit end rollback abort savepoint release prepare-transaction copy listen notify unlisten",
    "discard lock do call",
  ]
    .join(" ")
    .split(" "),
);

/** Settings that hold our session together: its identity, its rights, and how values are written. */
const ownSettings = new Set([
  "role",
  "transaction",
  "transaction_read_only",
  "default_transaction_read_only",
  "transaction_isolation",
  "application_name",
  "client_encoding",
  "names",
  "standard_conforming_strings",
  "datestyle",
  "intervalstyle",
  "bytea_output",
  "extra_float_digits",
  "client_connection_check_interval",
  "idle_in_transaction_session_timeout",
  "tcp_user_timeout",
]);

/**
 * Statements that would end our transaction, change who the session is, or leave something behind for its next user.
 * The read-only transaction refuses writes by itself; these it would let through.
 */
export function refusal(sql: string): StatementError | null {
  const words = firstWords(sql, 5, postgresLexis);
  const [first = "", second = ""] = words;
  if (!first) return { code: "42601", message: "There is no statement here. Write one, such as select 1." };
  if (first === "prepare" && second === "transaction") return refused("PREPARE TRANSACTION");
  if (sessionWords.has(first)) return refused(first.toUpperCase());
  if (first === "set" || first === "reset") {
    const scoped =
      second === "local" || (second === "session" && words[2] !== "authorization" && words[2] !== "characteristics");
    const name = (scoped ? words[2] : second) ?? "";
    const rest = scoped ? words[3] : words[2];
    const own = ownSettings.has(name) || name === "session" || (first === "reset" && name === "all");
    if (own)
      return refused(`${first.toUpperCase()} ${[name, name === "session" ? rest : ""].join(" ").trim().toUpperCase()}`);
  }
  return null;
}

function refused(what: string): StatementError {
  return {
    code: "write_refused",
    message: `${what} is not possible here: each statement runs in a read-only session that Sluice begins and ends. Leave it out.`,
  };
}

/** Whether rows may come by COPY: it takes nothing but queries. */
export function isQuery(sql: string): boolean {
  return ["select", "with", "values", "table"].includes(firstWords(sql, 1, postgresLexis)[0] ?? "");
}

/** EXPLAIN without ANALYZE runs nothing; what follows it must be a query, not an option such as `analyze`. */
export function isExplainable(sql: string): boolean {
  return isQuery(sql) || ["insert", "update", "delete", "merge"].includes(firstWords(sql, 1, postgresLexis)[0] ?? "");
}
