import { type Dialect, literal } from "@/lib/warehouses/postgres/dialect";

/**
 * Redshift speaks PostgreSQL 8's protocol and a part of its settings: no COPY TO STDOUT, no savepoints, no
 * lock_timeout, no connection check. Rows come through a portal.
 */
export const redshiftDialect: Dialect = {
  engine: "redshift",
  copies: false,
  startOptions: undefined,
  begin(options) {
    const settings: [string, string | number][] = [
      ["timezone", options.timeZone],
      ["datestyle", "ISO, YMD"],
      ["statement_timeout", Math.round(options.statementTimeoutMs)],
      ["application_name", options.applicationName],
    ];
    return ["begin read only", ...settings.map(([name, value]) => `set local ${name} to ${literal(value)}`)];
  },
};
