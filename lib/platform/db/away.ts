/** Codes of sockets, of PostgreSQL (it shuts down, starts, or has no connection left) and of Prisma. */
const codes =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|08...|53300|57P0[1-5]|P1001|P1002|P1008|P1017|P2024)$/;
const words =
  /Connection terminated|Query read timeout|timeout exceeded when trying to connect|Client has encountered a connection error/;

/** Whether an error of a query says that Sluice's own database is away: asking again later may help. */
export function databaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  if (typeof code === "string" && codes.test(code)) return true;
  // The socket of a server that is stopped is no file any more.
  if (code === "ENOENT" && syscall === "connect") return true;
  return words.test(error.message) || databaseAway(error.cause);
}

/** Whether the same write may succeed later: the database was away, short of something, or two transactions met. */
export function mayPass(error: unknown): boolean {
  const { code, severity } = error as { code?: string; severity?: string };
  // Only the server's own errors have a severity; what else goes wrong goes wrong on the way to it.
  return severity === undefined || /^(08|40|53|57|25006)/.test(code ?? "");
}
