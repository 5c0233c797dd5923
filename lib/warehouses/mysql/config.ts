import { z } from "zod";
import type { EngineForm } from "@/lib/warehouses/form";
import { postgresForm, tlsModes } from "@/lib/warehouses/postgres/config";

/** A connection's settings without its secrets. */
export const configSchema = z.strictObject({
  host: z.string().trim().min(1).max(255),
  port: z.number().int().min(1).max(65_535).default(3306),
  /** Where names without a schema are looked for; the account may see others beside it. */
  database: z.string().min(1).max(64),
  tls: z.enum(tlsModes).default("prefer"),
});

export type MysqlConfig = z.infer<typeof configSchema>;

const quoted = (name: string) => `\`${name.replaceAll("`", "``")}\``;

/** Reached as PostgreSQL is: a host, a port, a database and an account. */
export const form: EngineForm = {
  ...postgresForm("mysql", "MySQL or MariaDB", configSchema, 3306, "prefer"),
  writes: false,
  slots: 8,
  recipe: {
    title: "SQL that makes an account which only reads",
    text: ({ database }) => `create user sluice_reader@'%' identified by 'a long one';
grant select, show view on ${quoted(String(database ?? "shop"))}.* to sluice_reader@'%';
-- So that the load page shows the sessions of everybody:
grant process on *.* to sluice_reader@'%';`,
  },
};
