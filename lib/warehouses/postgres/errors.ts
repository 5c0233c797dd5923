import pg from "pg";
import { type StatementError, WarehouseError } from "@/lib/warehouses/adapter";
import { lineAndColumn } from "@/lib/warehouses/lexer";
import type { PostgresConfig } from "./config";

const lostCodes = new Set(["57P01", "57P02", "57P03", "08000", "08003", "08006"]);

const sentences: Record<string, (message: string) => StatementError> = {
  "25006": (message) => ({
    code: "write_refused",
    message: `${capital(message)}. Queries here only read; a pipeline writes.`,
  }),
  "57014": (message) =>
    message.includes("statement timeout")
      ? { code: "timeout", message: "The statement took longer than the time allowed for it and was stopped." }
      : { code: "57014", message: "The statement was stopped." },
};

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The engine counts characters (code points) from 1; editors count UTF-16 units. */
function place(sql: string, position: number): { line?: number; column?: number } {
  if (!(position > 0)) return {};
  let offset = 0;
  for (let seen = 1; seen < position && offset < sql.length; seen++) {
    offset += (sql.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  }
  return lineAndColumn(sql, offset);
}

/** @param prefix how many characters stood before the person's text in what was sent */
export function statementError(error: unknown, sql: string, prefix = 0): WarehouseError {
  if (error instanceof WarehouseError) return error;
  if (!(error instanceof pg.DatabaseError)) return connectionLost(error);
  const code = error.code ?? "XX000";
  if (lostCodes.has(code) || code.startsWith("08")) return connectionLost(error);
  if (code === "42601" && error.message.includes("multiple commands")) {
    return new WarehouseError({
      code: "several_commands",
      message: "This text holds several statements; one execution runs one. Run them one after the other.",
    });
  }
  const known = sentences[code]?.(error.message) ?? { code, message: error.message };
  const hint = [error.detail, error.hint].filter(Boolean).join("\n");
  return new WarehouseError({
    ...known,
    ...place(sql, Number(error.position ?? 0) - prefix),
    ...(hint ? { hint } : {}),
  });
}

export function connectionLost(error: unknown): WarehouseError {
  const reason = error instanceof Error ? error.message : String(error);
  return new WarehouseError({
    code: "connection",
    message: `The connection to the warehouse was lost (${reason}). Nothing of this result is kept; run it again.`,
  });
}

/** Which field of the form is wrong, and what to do about it. */
export function connectProblem(
  error: unknown,
  config: PostgresConfig,
  user: string,
): { field: string; message: string } {
  const { code = "", message = String(error) } = (error ?? {}) as { code?: string; message?: string };
  const where = `${config.host}:${config.port}`;
  const refusedByHba = /pg_hba\.conf/.test(message);
  switch (true) {
    case code === "ECONNREFUSED":
      return { field: "host", message: `Nothing answers at ${where}. Check host and port, and that the server runs.` };
    case code === "ENOTFOUND" || code === "EAI_AGAIN":
      return { field: "host", message: `There is no host "${config.host}" by this name. Check its spelling.` };
    case code === "ETIMEDOUT" || code === "EHOSTUNREACH" || code === "ENETUNREACH" || /timeout expired/.test(message):
      return { field: "host", message: `${where} did not answer in 10 seconds. Check the address and the firewall.` };
    case code === "28P01":
      return { field: "password", message: `The password for "${user}" is wrong.` };
    case refusedByHba && /no encryption|SSL off/.test(message):
      return { field: "tls", message: "The server asks for an encrypted connection. Set encryption to require." };
    case code === "28000":
      return { field: "user", message: `The server does not let "${user}" in (${message}).` };
    case code === "3D000":
      return { field: "database", message: `There is no database "${config.database}" on this server.` };
    case code === "42501":
      return { field: "user", message: `"${user}" may not connect to "${config.database}": grant it CONNECT.` };
    case code === "53300":
      return { field: "host", message: "The server has no connection left. Lower the slots or raise max_connections." };
    case /does not support SSL/.test(message):
      return { field: "tls", message: "The server does not offer encryption. Set encryption to disable or prefer." };
    case /certificate|altnames|self.signed|CERT|UNABLE_TO/i.test(`${code} ${message}`):
      return { field: "tls", message: `The server's certificate is not valid for ${config.host} (${message}).` };
    default:
      return { field: "host", message: `Could not connect to ${where}: ${message}.` };
  }
}

/** A server that goes down, comes up, or has no room. */
const mayPass = (code = "") => /^(57P0[123]|53)/.test(code);
const isUnknownHost = (error: unknown) => (error as { code?: string } | null)?.code === "ENOTFOUND";

/** The same for whoever ran a query, who has no such form before them. */
export function connectError(error: unknown, config: PostgresConfig, user: string): WarehouseError {
  const { field, message } = connectProblem(error, config, user);
  const next = "Ask an admin to look at this warehouse's connection, then run it again.";
  const refused = new WarehouseError({ code: "connection", message: `${message} ${next}` });
  refused.cause = error;
  refused.away = error instanceof pg.DatabaseError ? mayPass(error.code) : field === "host" && !isUnknownHost(error);
  return refused;
}
