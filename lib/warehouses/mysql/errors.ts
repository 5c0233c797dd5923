import { type StatementError, WarehouseError } from "@/lib/warehouses/adapter";
import { lineAndColumn, offsetOf, tokens } from "@/lib/warehouses/lexer";
import type { MysqlConfig } from "./config";
import { mysqlLexis } from "./lexis";

/** What the driver throws: the server's answer (an errno of its own), or the network's silence. */
interface DriverError extends Error {
  code?: string;
  errno?: number;
  sqlState?: string;
  sqlMessage?: string;
  fatal?: boolean;
}

const lost = new Set([1053, 1152, 1158, 1159, 1160, 1161, 1927, 2006, 2013]);
/** No connection left, or a server that goes down. */
const passing = new Set([1040, 1053, 1077, 1079, 1203]);
/** ER_TABLEACCESS_DENIED_ERROR and its kin are no writes: only what a read-only transaction or server refuses is. */
const writes = new Set([1290, 1792, 1836]);
const times = new Set([1969, 3024]);

/** Whether the server itself has said it, so that the session is as before. */
export function isAnswer(error: unknown): error is DriverError {
  return (error as DriverError).sqlState !== undefined && !lost.has((error as DriverError).errno ?? 0);
}

export function statementError(error: unknown, sql: string): WarehouseError {
  if (error instanceof WarehouseError) return error;
  if (!isAnswer(error)) return connectionLost(error);
  const made = new WarehouseError({ ...detailOf(error), ...placeOf(error, sql) });
  made.cause = error;
  return made;
}

function detailOf({ errno = 0, sqlMessage, message, sqlState }: DriverError): StatementError {
  const said = sqlMessage ?? message;
  if (writes.has(errno))
    return { code: "write_refused", message: `${said}. Queries here only read; a pipeline writes.` };
  if (times.has(errno))
    return { code: "timeout", message: "The statement took longer than the time allowed for it and was stopped." };
  if (errno === 1317) return { code: "stopped", message: "The statement was stopped." };
  return { code: sqlState ?? "HY000", message: said };
}

const near = /near '([\s\S]*)' at line (\d+)/;
const named = /^(?:Unknown column|Table|FUNCTION|Unknown table|PROCEDURE|Unknown database) '([^']+)'/;

/** The server gives the rest of the text from the fault on, cut short, with its line; or the name that it does not know. */
function placeOf({ sqlMessage = "" }: DriverError, sql: string): { line?: number; column?: number } {
  const [, rest, line] = near.exec(sqlMessage) ?? [];
  if (rest !== undefined) {
    const from = offsetOf(sql, Number(line), 1);
    const at = rest === "" ? sql.length : sql.indexOf(rest, from);
    return at < 0 ? { line: Number(line), column: 1 } : lineAndColumn(sql, at);
  }
  const name = named.exec(sqlMessage)?.[1]?.split(".").at(-1);
  if (!name) return {};
  for (const { kind, start, end } of tokens(sql, mysqlLexis)) {
    const text = sql.slice(start, end);
    if ((kind === "word" && text === name) || (kind === "identifier" && text.slice(1, -1) === name))
      return lineAndColumn(sql, start);
  }
  return {};
}

export function connectionLost(error: unknown): WarehouseError {
  const reason = error instanceof Error ? error.message : String(error);
  const message = `The connection to the warehouse was lost (${reason}). Nothing of this result is kept; run it again.`;
  return new WarehouseError({ code: "connection", message });
}

/** Which field of the form is wrong, and what to do about it. */
export function connectProblem(error: unknown, config: MysqlConfig, user: string): { field: string; message: string } {
  const { code = "", errno = 0, message = String(error) } = (error ?? {}) as DriverError;
  const where = `${config.host}:${config.port}`;
  switch (true) {
    case code === "ECONNREFUSED":
      return { field: "host", message: `Nothing answers at ${where}. Check host and port, and that the server runs.` };
    case code === "ENOTFOUND" || code === "EAI_AGAIN":
      return { field: "host", message: `There is no host "${config.host}" by this name. Check its spelling.` };
    case code === "ETIMEDOUT" || code === "EHOSTUNREACH" || code === "ENETUNREACH":
      return { field: "host", message: `${where} did not answer in 10 seconds. Check the address and the firewall.` };
    case errno === 3159:
      return { field: "tls", message: "The server asks for an encrypted connection. Set encryption to require." };
    case errno === 1045 || errno === 1698:
      return { field: "password", message: `The server does not let "${user}" in with this password.` };
    case errno === 1044:
      return { field: "database", message: `"${user}" may not use "${config.database}": grant it SELECT there.` };
    case errno === 1049:
      return { field: "database", message: `There is no database "${config.database}" on this server.` };
    case errno === 1130:
      return { field: "user", message: `The server lets nobody in from this address (${message}).` };
    case errno === 1040 || errno === 1203 || errno === 1226:
      return { field: "host", message: "The server has no connection left. Lower the slots or raise max_connections." };
    case code === "HANDSHAKE_NO_SSL_SUPPORT":
      return { field: "tls", message: "The server does not offer encryption. Set encryption to disable or prefer." };
    case /certificate|altnames|self.signed|CERT|UNABLE_TO|SSL/i.test(`${code} ${message}`):
      return { field: "tls", message: `The server's certificate is not valid for ${config.host} (${message}).` };
    default:
      return { field: "host", message: `Could not connect to ${where}: ${message}.` };
  }
}

/** The same for whoever ran a query, who has no such form before them. */
export function connectError(error: unknown, config: MysqlConfig, user: string): WarehouseError {
  const { field, message } = connectProblem(error, config, user);
  const { code, errno = 0 } = (error ?? {}) as DriverError;
  const next = "Ask an admin to look at this warehouse's connection, then run it again.";
  const refused = new WarehouseError({ code: "connection", message: `${message} ${next}` });
  refused.cause = error;
  // The server's own numbers are above 0, those of the network below.
  refused.away = errno > 0 ? passing.has(errno) : field === "host" && code !== "ENOTFOUND";
  return refused;
}
